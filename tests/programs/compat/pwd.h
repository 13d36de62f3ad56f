#pragma once
struct passwd { char *pw_name, *pw_dir, *pw_shell; };
static inline struct passwd *getpwuid(unsigned user) { (void)user; return 0; }
