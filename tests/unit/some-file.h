/* Files for tests: bytes that replay from a seed, and media records that hold them. */
#ifndef TEST_SOME_FILE_H
#define TEST_SOME_FILE_H

#include "core/file.h"
#include "tests/support/replica.h"

/* Bytes that no compression makes smaller. */
void some_bytes(uint8_t *bytes, size_t count, uint64_t seed);
/* The value of a file of so many bytes, stored in the open transaction; with a preview of so many, 0: none. */
sat_file_value some_file(replica *r, size_t bytes, size_t preview_bytes, uint64_t seed);
/* A media record with such a file in its photo_file, which depicts a person (0: nobody). */
sat_dot some_photo(replica *r, size_t bytes, size_t preview_bytes, uint64_t seed, sat_dot person);
/* Puts a file of these bytes into a record's photo_file. */
void some_photo_into(replica *r, sat_dot record, size_t bytes, size_t preview_bytes, uint64_t seed);
/* A person who said yes to being written down and photographed. */
sat_dot some_person(replica *r, const char *pseudonym);

/* How many pieces of a record's photo are here, and of its preview; -1 when no value names them. */
int some_pieces(replica *r, sat_dot record);
int some_preview_pieces(replica *r, sat_dot record);
/* True when the photo is here, every byte as it was made from the seed. */
bool some_photo_whole(replica *r, sat_dot record, size_t bytes, uint64_t seed);
/* True when the store's file or its journal holds some of the bytes of that seed (any 8 of them in a row). */
bool some_bytes_found(replica *r, size_t bytes, uint64_t seed);

#endif
