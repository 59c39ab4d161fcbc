#include <spawn.h>

#ifdef __GLIBC__
/* glibc (2.34 and later) tells of it only those who ask for GNU's own, which Swift's module of it does not. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
#endif
