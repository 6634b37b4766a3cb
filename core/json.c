/* See json.h. */
#include "json.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "error.h"
#include "hex.h"

static _Thread_local bool starved;

static void *allocate(size_t size)
{
	void *memory = malloc(size);
	starved = starved || memory == NULL;
	return memory;
}

/* What jansson allocated before, and what others free, is the C library's all the same. */
static void watch_allocations(void) { json_set_alloc_funcs(allocate, free); }

json_t *sat_json_read(const void *text, size_t length, json_error_t *where, int *code)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, watch_allocations);
	starved = false;
	json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, where);
	/* Without memory for a number, jansson gives back an object without it. */
	if (starved && json != NULL) {
		json_decref(json);
		json = NULL;
	}
	*code = starved ? SAT_ENOMEM : json == NULL ? SAT_EINVALID : 0;
	return json;
}

json_t *sat_json_hex(const void *data, size_t count)
{
	char *text = malloc(2 * count + 1);
	if (text == NULL)
		return NULL;
	sat_hex_print(data, count, text);
	json_t *json = json_string(text);
	free(text);
	return json;
}
