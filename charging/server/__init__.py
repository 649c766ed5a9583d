"""The edge of the server: what meets a request before Streamlit does, as plain ASGI.

It knows nothing of the page and of Streamlit, whose parts `charging.views.app` hands to it.
"""
