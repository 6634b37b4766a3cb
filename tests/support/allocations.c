/* See allocations.h. */
#include "allocations.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The loader calls these before any sanitizer is ready. */
#define UNINSTRUMENTED __attribute__((no_sanitize("address", "undefined")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
/* There only in a program that was built with the address sanitizer. */
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *memory, size_t size) __attribute__((weak));

static bool watching;
static size_t asked, fail_first, fail_count, largest;

void allocations_watch(size_t first, size_t count)
{
	asked = 0;
	largest = 0;
	fail_first = first;
	fail_count = count;
	watching = true;
}

size_t allocations_unwatch(void)
{
	watching = false;
	return asked;
}

size_t allocations_largest(void) { return largest; }

UNINSTRUMENTED static bool granted(size_t size)
{
	if (!watching)
		return true;
	if (size > largest)
		largest = size;
	if (++asked < fail_first || asked - fail_first >= fail_count)
		return true;
	errno = ENOMEM;
	return false;
}

UNINSTRUMENTED void *malloc(size_t size)
{
	if (!granted(size))
		return NULL;
	return __interceptor_malloc != NULL ? __interceptor_malloc(size) : __libc_malloc(size);
}

UNINSTRUMENTED void *calloc(size_t count, size_t size)
{
	if (!granted(size != 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size))
		return NULL;
	return __interceptor_calloc != NULL ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

UNINSTRUMENTED void *realloc(void *memory, size_t size)
{
	if (!granted(size))
		return NULL;
	return __interceptor_realloc != NULL ? __interceptor_realloc(memory, size) : __libc_realloc(memory, size);
}

UNINSTRUMENTED void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if ((flags & MAP_ANONYMOUS) != 0 && !granted(length))
		return MAP_FAILED;
	return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}
