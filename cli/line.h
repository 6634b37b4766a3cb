/* Sentences with text from elsewhere in them: names of devices, names of files on a stick, what people wrote.
 *
 * Where a line ends is for the program to say, or a laptop could be called "Camp 1" and, on a line of its own, what
 * the program would say of an approved one.  So a line break that stands in the format is one, and a line break in
 * what is put in shows as a sign.
 */
#ifndef CLI_LINE_H
#define CLI_LINE_H

#include <stdarg.h>

#include "core/bytes.h"

/* Appends what printf would make of `format`, without an end.  Understood are %s, %c, %d, %u and %% with width, "-",
 * precision and the sizes l, ll, z: what the sentences here use; anything else is the programmer's mistake. */
void cli_line_put(sat_bytes *out, const char *format, va_list args);

#endif
