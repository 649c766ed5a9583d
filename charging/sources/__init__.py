"""Foreign data: one module per format turns a file into records; `readers` tells the formats apart."""
