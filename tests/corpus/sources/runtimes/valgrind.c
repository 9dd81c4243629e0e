#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <pthread.h>
#include <unistd.h>
static int shared; static pthread_mutex_t a=PTHREAD_MUTEX_INITIALIZER,b=PTHREAD_MUTEX_INITIALIZER;
__attribute__((noinline)) int read_freed(int*p){ return p[1]; }
__attribute__((noinline)) int read_null(int*p){ return p[1]; }
__attribute__((noinline)) void write_past(char*p){ p[10]=1; }
__attribute__((noinline)) int* make(void){ return malloc(40); }
__attribute__((noinline)) void release(int*p){ free(p); }
__attribute__((noinline)) void leak(void){ char*volatile q=malloc(77); q=0; (void)q; }
__attribute__((noinline)) int branch_on(int*p){ if(p[2]) return 1; return 0; }
__attribute__((noinline)) void* writer(void*x){ shared++; return x; }
__attribute__((noinline)) void lock_ab(void){ pthread_mutex_lock(&a); pthread_mutex_lock(&b); pthread_mutex_unlock(&b); pthread_mutex_unlock(&a);}
__attribute__((noinline)) void lock_ba(void){ pthread_mutex_lock(&b); pthread_mutex_lock(&a); pthread_mutex_unlock(&a); pthread_mutex_unlock(&b);}
void* t_ab(void*x){lock_ab();return x;} void* t_ba(void*x){lock_ba();return x;}
int main(int argc,char**argv){
  switch(argv[1][0]){
  case 'r': {int*p=make(); release(p); return read_freed(p);}
  case 'w': write_past(malloc(10)); break;
  case 'd': {int*p=make(); release(p); release(p); break;}
  case 'l': leak(); leak(); break;
  case 'u': {int*p=make(); printf("%d\n",branch_on(p)); free(p);break;}
  case 's': read_null((int*)8); break;
  case 'p': {char*b=malloc(10); write(1,b,4); free(b); break;}
  case 'o': {char b[20]="abcdefgh"; volatile int n=6; memcpy(b+2,b,n); puts(b); break;}
  case 'z': {int *volatile p=malloc(-1); break;}
  case 'R': {pthread_t t,u; pthread_create(&t,0,writer,0); pthread_create(&u,0,writer,0); pthread_join(t,0);pthread_join(u,0);break;}
  case 'L': {pthread_t t; pthread_create(&t,0,t_ab,0); pthread_join(t,0); pthread_create(&t,0,t_ba,0); pthread_join(t,0);break;}
  case 'U': pthread_mutex_unlock(&a); break;
  case 'D': pthread_mutex_lock(&a); pthread_mutex_destroy(&a); break;
  case 'E': {pthread_t t; pthread_create(&t,0,(void*(*)(void*))pthread_mutex_lock,&a); pthread_join(t,0); break;}
  }
  return 0; }
