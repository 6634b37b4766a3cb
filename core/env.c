/* See env.h.
 *
 * The runtime folder holds tokens that let a process go on under an earlier incarnation, so nobody
 * else may be able to put one there.  /dev/shm is open to everybody: a folder that waits there under
 * our name may be somebody else's, or a link to where they like.  It is used only when lstat says
 * that it is a real folder, ours, and closed to others; if not, there is none, which costs a fresh
 * incarnation at each opening and nothing else.
 */
#include "env.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char runtime_path[PATH_MAX];

static void system_random(void *context, void *data, size_t count)
{
	(void)context;
	randombytes_buf(data, count);
}

static int64_t system_now(void *context)
{
	(void)context;
	struct timespec now = { 0 };
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

/* The look follows the creation and not the other way round: in a sticky folder nobody can replace
 * what is ours, so what lstat has seen stays true. */
static bool make_private_folder(const char *path)
{
	struct stat status;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return false;
	if (lstat(path, &status) != 0)
		return false;
	return S_ISDIR(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & 0777) == 0700;
}

static bool fits(int written)
{
	return written > 0 && (size_t)written < sizeof runtime_path;
}

static bool find_runtime_folder(void)
{
	/* The XDG specification says that a relative path is to be ignored. */
	const char *base = getenv("XDG_RUNTIME_DIR");
	if (base != NULL && base[0] == '/' &&
	    fits(snprintf(runtime_path, sizeof runtime_path, "%s/satchel", base)) &&
	    make_private_folder(runtime_path))
		return true;
	return fits(snprintf(runtime_path, sizeof runtime_path, "/dev/shm/satchel-%lu",
	                     (unsigned long)geteuid())) &&
	       make_private_folder(runtime_path);
}

static sat_env system_env = { .random = system_random, .now = system_now };

static void fill_system_env(void)
{
	if (find_runtime_folder())
		system_env.runtime_dir = runtime_path;
}

const sat_env *sat_env_system(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, fill_system_env);
	return &system_env;
}
