/*
 * nodeepbind: loaded before a sanitizer's library, it lets PHP load extensions
 * as everybody else does.  PHP asks that they find their own names first, and a
 * sanitizer refuses that, for then its malloc would not be theirs.
 */
#include <dlfcn.h>
#include <string.h>

void *dlopen(const char *path, int mode);

__attribute__((visibility("default"))) void *
dlopen(const char *path, int mode)
{
	void *next = dlsym(RTLD_NEXT, "dlopen");
	void *(*call)(const char *, int);

	memcpy(&call, &next, sizeof(call));
	return call(path, mode & ~RTLD_DEEPBIND);
}
