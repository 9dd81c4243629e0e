int odr_table[10];
int odr_other();
int main() { return odr_table[0] + odr_other(); }
