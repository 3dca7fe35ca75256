#include "common/forkgate_status.h"

const char *
fg_strerror(enum fg_status st)
{
	switch (st) {
	case FG_ABSENT:
		return "not there";
	case FG_END:
		return "nothing more to read";
	case FG_OK:
		return "no error";
	case FG_E_NOMEM:
		return "out of memory";
	case FG_E_IO:
		return "input or output failed";
	case FG_E_CORRUPT:
		return "stored data is corrupt";
	case FG_E_VERSION:
		return "written by a newer forkgate; upgrade this one";
	case FG_E_SPACE:
		return "does not fit";
	case FG_E_INVALID:
		return "invalid argument or input";
	case FG_E_TIMEOUT:
		return "timed out";
	case FG_E_NOT_READY:
		return "no rules yet";
	case FG_E_BUSY:
		return "in use by another process";
	case FG_E_UNSUPPORTED:
		return "not supported here";
	}
	return "unknown status";
}
