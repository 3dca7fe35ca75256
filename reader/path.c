#include "reader/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *
path_absolute(const char *dir, const char *below)
{
	char cwd[4096] = "", *path;

	if (dir[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return NULL;
	if (asprintf(&path, "%s%s%s/%s", cwd, cwd[0] != '\0' ? "/" : "", dir,
		below) < 0)
		return NULL;
	return path;
}
