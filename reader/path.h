/*
 * path: folders that are looked for again later.
 */
#ifndef READER_PATH_H
#define READER_PATH_H

/*
 * dir and what is below it, absolute, for a program may change its folder
 * meanwhile; malloc'd.  NULL without memory or a current folder.
 */
char *path_absolute(const char *dir, const char *below);

#endif /* READER_PATH_H */
