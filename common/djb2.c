#include "common/djb2.h"

#include "common/utf8.h"

/*
 * The reference sums in wrapping 64-bit integers and then keeps the lower 32
 * bits; nothing flows down from the upper ones, so 32 bits do.
 */
uint32_t
djb2(uint32_t h, const char *s, size_t n)
{
	uint32_t c;
	size_t i = 0;

	while (i < n) {
		c = (unsigned char)s[i];
		i += c < 0x80 ? 1 : utf8_next(s + i, n - i, &c);
		h = h * 31 + c;
	}
	return h;
}
