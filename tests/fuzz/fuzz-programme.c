/* A programme's JSON: any bytes. */
#include "core/programme.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SAT_AUTO(sat_programme) programme = NULL;
	sat_error err = { 0 };
	int rc = sat_programme_read(&programme, (const char *)data, size, &err);
	if ((rc == 0) != (programme != NULL) || (rc != 0 && err.message[0] == '\0'))
		__builtin_trap();
	/* What is looked up in it must be found again. */
	for (size_t i = 0; rc == 0 && i < programme->kind_count; i++) {
		const sat_kind *kind = sat_programme_kind(programme, programme->kinds[i].name);
		if (kind != &programme->kinds[i])
			__builtin_trap();
		for (size_t k = 0; k < kind->field_count; k++) {
			if (sat_kind_field(kind, kind->fields[k].name) != &kind->fields[k])
				__builtin_trap();
			sat_programme_label(programme, &kind->fields[k].labels, "es");
		}
	}
	return 0;
}
