/*
 * nojit: put before a program under valgrind, regular expressions are matched
 * by PCRE2's interpreter.  The code that its compiler makes reads whole vector
 * registers, beyond the end of a text too, and masks what it must not see;
 * valgrind cannot know that, and cannot name the place either.
 */
#include <stddef.h>
#include <stdint.h>

#define JIT_BADOPTION (-45)

int pcre2_jit_compile_8(void *code, uint32_t options);

__attribute__((visibility("default"))) int
pcre2_jit_compile_8(void *code, uint32_t options)
{
	(void)code;
	(void)options;
	return JIT_BADOPTION;
}
