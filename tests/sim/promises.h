/* The promises of DESIGN.md, held against the model after every step. */
#ifndef SIM_PROMISES_H
#define SIM_PROMISES_H

#include "holdings.h"
#include "parcel.h"

/* Each of these reads the machine's store again, checks what has to hold after such a step, and keeps
 * what was read as `m->held`. */
void promise_at_beginning(world *w, machine *m);
void promise_after_write(world *w, machine *m);
void promise_after_export(world *w, machine *m);
void promise_after_merge(world *w, machine *m, const parcel *p, bool damaged, const sat_merged *merged);
/* Opened again; `m->held` is what it held before, or what the restored backup held. */
void promise_after_reopen(world *w, machine *m);

/* 5: what a machine calls received by a device was held there when it signed the receipt. */
void promise_received(world *w, machine *m, int peer);

/* At the end: what one brought to the other is there, waits, is superseded, or is not permitted there with
 * all persons whom either of them knows its record to concern. */
bool promise_arrived(const world *w, const machine *from, const machine *to, const model_value *v);
/* At the end, when everything was sent again: see finale.c. */
void promise_everything_shared(world *w, const machine *from, const machine *to);

#endif
