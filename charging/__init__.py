"""EV charging networks on a map: who stands where, what each partner adds, what stays empty."""
