int odr_table[20];
int odr_other() { return odr_table[3]; }
