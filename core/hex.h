/* Bytes as people and JSON write them. */
#ifndef SAT_HEX_H
#define SAT_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2 * `count` lower-case digits and an end. */
void sat_hex_print(const void *data, size_t count, char *text);
/* Reads `length` digits of either case into half as many bytes; false when they are odd or no such digits. */
bool sat_hex_read(const char *text, size_t length, uint8_t *data);

#endif
