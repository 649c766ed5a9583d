"""T/CEC 102.2-2016: stations and statuses as operators in China exchange them."""
