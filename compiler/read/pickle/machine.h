/* machine.h: the state that the opcodes of a pickle change. For pickle.c, scalar.c and object.c only. */
#ifndef MBT_COMPILER_READ_PICKLE_MACHINE_H
#define MBT_COMPILER_READ_PICKLE_MACHINE_H

#include "compiler/read/pickle/pickle.h"

typedef struct mbt_pickle_machine {
    const uint8_t *bytes;
    size_t size, at;
    mbt_pickle *pickle;
    mbt_error *error;
    mbt_pickle_list stack;
    mbt_pickle_list memo; /* NULL where nothing was stored */
    size_t memo_used;
    mbt_pickle_value mark; /* its address on the stack is a mark; no list or dict ever contains it */
} mbt_pickle_machine;

/* Makes room for count items. When a list grows, its old memory is not freed until the pickle is; it is less than the
 * new memory. */
bool mbt_pickle_list_reserve(mbt_pickle_machine *m, mbt_pickle_list *list, size_t count);

bool mbt_pickle_list_append(mbt_pickle_machine *m, mbt_pickle_list *list, mbt_pickle_value **items, size_t count);

/* Reads the next size bytes of the pickle. */
bool mbt_pickle_take(mbt_pickle_machine *m, size_t size, const uint8_t **bytes);

/* Reads an unsigned little-endian number of 1 to 8 bytes. */
bool mbt_pickle_take_number(mbt_pickle_machine *m, size_t size, uint64_t *value);

/* Reads a length of length_size bytes, then as many bytes as it says. */
bool mbt_pickle_take_sized(mbt_pickle_machine *m, size_t length_size, const uint8_t **bytes, size_t *size);

/* Pushes a value. Fails if value is NULL, for which the error is set already. */
bool mbt_pickle_push(mbt_pickle_machine *m, mbt_pickle_value *value);

/* The value on top of the stack. NULL, with the error set, if the stack is empty or a mark is on top. */
mbt_pickle_value *mbt_pickle_top(mbt_pickle_machine *m);

/* The same, and removes it from the stack. */
mbt_pickle_value *mbt_pickle_pop(mbt_pickle_machine *m);

/* Removes everything above the last mark, and the mark. *items points into the stack and is valid until the next
 * push. */
bool mbt_pickle_pop_to_mark(mbt_pickle_machine *m, mbt_pickle_value ***items, size_t *count);

#endif
