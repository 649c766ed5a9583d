from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from charging.views.elements.markup import element, escape_markdown, operator_label, stripe
from charging.views.elements.texts import Texts


class _Reading(HTMLParser):
    """What a browser makes of a piece of HTML: its tags, attributes and text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], {}, ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data):
        self.text += data


PRINTED = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(PRINTED, PRINTED)
def test_foreign_text_stays_text_in_an_element(text, title):
    reading = _Reading(element("b", "name", text=text, title=title))
    assert reading.tags == ["b"]
    assert reading.text == text
    assert reading.attributes == {"class": "name", "title": title}


def test_children_follow_the_text_and_underscores_become_hyphens():
    html = element("p", "a", stripe("#123456"), text="<&>", aria_label="x")
    expected = '<span class="swatch" style="background:#123456"></span>'
    assert html == f'<p class="a" aria-label="x">&lt;&amp;&gt;{expected}</p>'


def test_markdown_of_a_name_is_shown_as_it_is():
    assert escape_markdown("**[x](javascript:1)** :red[y] `z` $a$") == (
        r"\*\*\[x\]\(javascript\:1\)\*\* \:red\[y\] \`z\` \$a\$"
    )


def test_an_operator_that_is_not_in_the_registry_is_listed_under_its_id():
    label = operator_label("<b>", "#123456", 1234, Texts("en"))
    assert label == r':color[■]{foreground="#123456"} \<b\> :small[1,234]'
