"""How good the data of a dataset is: what is known, what lies where it cannot, what is there twice."""
