/* pickle_machine.h: what the opcodes of a pickle work on. For pickle.c and pickle_scalar.c only. */
#ifndef MBT_COMPILER_READ_PICKLE_MACHINE_H
#define MBT_COMPILER_READ_PICKLE_MACHINE_H

#include "compiler/read/pickle.h"

typedef struct mbt_pickle_machine {
    const uint8_t *bytes;
    size_t size, at;
    mbt_pickle *pickle;
    mbt_error *error;
    mbt_pickle_list stack;
    mbt_pickle_list memo; /* NULL where nothing was put */
    size_t memo_used;
    mbt_pickle_value mark; /* its address on the stack is a mark; it is never anybody's item */
} mbt_pickle_machine;

/* Makes room for count items. What a list outgrows stays in the pickle's memory: less than the list itself takes. */
bool mbt_pickle_list_reserve(mbt_pickle_machine *m, mbt_pickle_list *list, size_t count);

bool mbt_pickle_list_append(mbt_pickle_machine *m, mbt_pickle_list *list, mbt_pickle_value **items, size_t count);

/* The next size bytes of the pickle. */
bool mbt_pickle_take(mbt_pickle_machine *m, size_t size, const uint8_t **bytes);

/* An unsigned little-endian number of 1 to 8 bytes. */
bool mbt_pickle_take_number(mbt_pickle_machine *m, size_t size, uint64_t *value);

/* A length of length_size bytes, then that many bytes. */
bool mbt_pickle_take_sized(mbt_pickle_machine *m, size_t length_size, const uint8_t **bytes, size_t *size);

/* NULL, for which an error is set already, is a failure too. */
bool mbt_pickle_push(mbt_pickle_machine *m, mbt_pickle_value *value);

/* The value on top of the stack, or NULL with the error set: nothing is there, or a mark. */
mbt_pickle_value *mbt_pickle_top(mbt_pickle_machine *m);

/* The same, taken off the stack. */
mbt_pickle_value *mbt_pickle_pop(mbt_pickle_machine *m);

/* Takes everything above the last mark, and the mark. *items points into the stack: good until the next push. */
bool mbt_pickle_pop_to_mark(mbt_pickle_machine *m, mbt_pickle_value ***items, size_t *count);

#endif
