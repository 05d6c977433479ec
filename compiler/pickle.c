/* pickle.c: the pickle machine: a stack, a memo, and the opcodes that can only build data.
 * Opcodes after the table in CPython's Lib/pickletools.py. */
#include "pickle.h"

#include <string.h>

#include "pickle_torch.h"
#include "pickle_value.h"

#define MEMORY_AT_LEAST 65536u
#define MEMORY_PER_BYTE 128u /* the greediest opcode, one byte, makes a value (40 bytes) and its place on the stack */

typedef struct machine {
    const uint8_t *bytes;
    size_t size, at;
    mbt_pickle *pickle;
    mbt_error *error;
    mbt_pickle_list stack;
    mbt_pickle_list memo; /* NULL where nothing was put */
    size_t memo_used;
    mbt_pickle_value mark; /* its address on the stack is a mark; it is never anybody's item */
} machine;

/* Makes room for count items. What a list outgrows stays in the pickle's memory: less than the list itself takes. */
static bool list_reserve(machine *m, mbt_pickle_list *list, size_t count)
{
    if (count <= list->capacity) {
        return true;
    }
    size_t capacity = list->capacity < 4 ? 4 : list->capacity;
    while (capacity < count) {
        capacity *= 2; /* no overflow: count is below the number of bytes read */
    }
    mbt_pickle_value **items = mbt_pickle_allocate(m->pickle, capacity * sizeof *items, m->error);
    if (items == NULL) {
        return false;
    }
    if (list->count != 0) {
        memcpy(items, list->items, list->count * sizeof *items);
    }
    list->items = items;
    list->capacity = capacity;
    return true;
}

static bool list_append(machine *m, mbt_pickle_list *list, mbt_pickle_value **items, size_t count)
{
    if (count == 0) {
        return true;
    }
    if (!list_reserve(m, list, list->count + count)) {
        return false;
    }
    memcpy(list->items + list->count, items, count * sizeof *items);
    list->count += count;
    return true;
}

/* Reading and the stack */

static bool take(machine *m, size_t size, const uint8_t **bytes)
{
    if (size > m->size - m->at) {
        return mbt_fail(m->error, "the pickle ends in the middle of an opcode");
    }
    *bytes = m->bytes + m->at;
    m->at += size;
    return true;
}

/* An unsigned little-endian number of 1 to 8 bytes. */
static bool take_number(machine *m, size_t size, uint64_t *value)
{
    const uint8_t *bytes = NULL;
    if (!take(m, size, &bytes)) {
        return false;
    }
    *value = 0;
    for (size_t i = size; i-- > 0;) {
        *value = *value << 8 | bytes[i];
    }
    return true;
}

/* A length of length_size bytes, then that many bytes. */
static bool take_sized(machine *m, size_t length_size, const uint8_t **bytes, size_t *size)
{
    uint64_t length = 0;
    if (!take_number(m, length_size, &length)) {
        return false;
    }
    if (length > m->size - m->at) {
        return mbt_fail(m->error, "it asks for more bytes than the pickle has");
    }
    *size = (size_t)length;
    return take(m, *size, bytes);
}

static bool push(machine *m, mbt_pickle_value *value)
{
    return value != NULL && list_append(m, &m->stack, &value, 1);
}

static mbt_pickle_value *top(machine *m)
{
    if (m->stack.count == 0 || m->stack.items[m->stack.count - 1] == &m->mark) {
        mbt_fail(m->error, "it takes a value and the stack is empty");
        return NULL;
    }
    return m->stack.items[m->stack.count - 1];
}

static mbt_pickle_value *pop(machine *m)
{
    mbt_pickle_value *value = top(m);
    m->stack.count -= value != NULL;
    return value;
}

/* Takes everything above the last mark, and the mark. *items points into the stack: good until the next push. */
static bool pop_to_mark(machine *m, mbt_pickle_value ***items, size_t *count)
{
    for (size_t i = m->stack.count; i-- > 0;) {
        if (m->stack.items[i] == &m->mark) {
            *items = m->stack.items + i + 1;
            *count = m->stack.count - i - 1;
            m->stack.count = i;
            return true;
        }
    }
    return mbt_fail(m->error, "it takes a mark and there is none");
}

/* Numbers and text */

static bool push_integer(machine *m, mbt_pickle_kind kind, int64_t integer)
{
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, kind, m->error);
    if (value != NULL) {
        value->as.integer = integer;
    }
    return push(m, value);
}

static bool op_none(machine *m)
{
    return push_integer(m, MBT_PICKLE_NONE, 0);
}

static bool op_true(machine *m)
{
    return push_integer(m, MBT_PICKLE_BOOL, 1);
}

static bool op_false(machine *m)
{
    return push_integer(m, MBT_PICKLE_BOOL, 0);
}

static bool op_int1(machine *m)
{
    uint64_t bits = 0;
    return take_number(m, 1, &bits) && push_integer(m, MBT_PICKLE_INT, (int64_t)bits);
}

static bool op_int2(machine *m)
{
    uint64_t bits = 0;
    return take_number(m, 2, &bits) && push_integer(m, MBT_PICKLE_INT, (int64_t)bits);
}

static bool op_int4(machine *m)
{
    uint64_t bits = 0;
    if (!take_number(m, 4, &bits)) {
        return false;
    }
    const int64_t wrap = bits >> 31 != 0 ? INT64_C(1) << 32 : 0;
    return push_integer(m, MBT_PICKLE_INT, (int64_t)bits - wrap);
}

/* A two's complement integer of any length. */
static bool push_long(machine *m, const uint8_t *bytes, size_t size)
{
    if (size > 8) {
        return push_integer(m, MBT_PICKLE_BIG_INT, 0);
    }
    const bool negative = size > 0 && bytes[size - 1] >= 0x80;
    uint64_t bits = 0; /* of the value, or for a negative one of its complement, which is not negative */
    for (size_t i = size; i-- > 0;) {
        bits = bits << 8 | (negative ? (uint8_t)~bytes[i] : bytes[i]);
    }
    return push_integer(m, MBT_PICKLE_INT, negative ? -(int64_t)bits - 1 : (int64_t)bits);
}

static bool op_long1(machine *m)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    return take_sized(m, 1, &bytes, &size) && push_long(m, bytes, size);
}

static bool op_long4(machine *m)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    return take_sized(m, 4, &bytes, &size) && push_long(m, bytes, size);
}

static bool op_float(machine *m)
{
    const uint8_t *bytes = NULL;
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, MBT_PICKLE_FLOAT, m->error);
    if (value == NULL || !take(m, 8, &bytes)) {
        return false;
    }
    uint64_t bits = 0; /* the only big-endian number of the format */
    for (size_t i = 0; i < 8; ++i) {
        bits = bits << 8 | bytes[i];
    }
    memcpy(&value->as.real, &bits, sizeof bits);
    return push(m, value);
}

static bool push_text(machine *m, size_t length_size)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, MBT_PICKLE_STRING, m->error);
    if (value == NULL || !take_sized(m, length_size, &bytes, &size)) {
        return false;
    }
    value->as.string.text = (const char *)bytes;
    value->as.string.size = size;
    return push(m, value);
}

static bool op_text1(machine *m)
{
    return push_text(m, 1);
}

static bool op_text4(machine *m)
{
    return push_text(m, 4);
}

static bool op_text8(machine *m)
{
    return push_text(m, 8);
}

/* Containers */

static bool push_tuple(machine *m, mbt_pickle_value **items, size_t count)
{
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, MBT_PICKLE_TUPLE, m->error);
    return value != NULL && list_append(m, &value->as.list, items, count) && push(m, value);
}

static bool op_tuple0(machine *m)
{
    return push_tuple(m, NULL, 0);
}

static bool op_tuple1(machine *m)
{
    mbt_pickle_value *item = pop(m);
    return item != NULL && push_tuple(m, &item, 1);
}

static bool op_tuple2(machine *m)
{
    mbt_pickle_value *items[2];
    items[1] = pop(m);
    items[0] = pop(m);
    return items[0] != NULL && push_tuple(m, items, 2);
}

static bool op_tuple3(machine *m)
{
    mbt_pickle_value *items[3];
    items[2] = pop(m);
    items[1] = pop(m);
    items[0] = pop(m);
    return items[0] != NULL && push_tuple(m, items, 3);
}

static bool op_tuple(machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return pop_to_mark(m, &items, &count) && push_tuple(m, items, count);
}

static bool op_list(machine *m)
{
    return push(m, mbt_pickle_new(m->pickle, MBT_PICKLE_LIST, m->error));
}

static bool op_dict(machine *m)
{
    return push(m, mbt_pickle_new(m->pickle, MBT_PICKLE_DICT, m->error));
}

/* Appends to the list or dict on top of the stack. */
static bool extend(machine *m, mbt_pickle_kind kind, mbt_pickle_value **items, size_t count)
{
    mbt_pickle_value *value = top(m);
    if (value == NULL) {
        return false;
    }
    if (value->kind != kind) {
        return mbt_fail(m->error, "it adds items to a %s, not a %s", mbt_pickle_kind_name(value->kind),
                        mbt_pickle_kind_name(kind));
    }
    if (kind == MBT_PICKLE_DICT && count % 2 != 0) {
        return mbt_fail(m->error, "a dict gets a key without a value");
    }
    return list_append(m, &value->as.list, items, count);
}

static bool op_append(machine *m)
{
    mbt_pickle_value *item = pop(m);
    return item != NULL && extend(m, MBT_PICKLE_LIST, &item, 1);
}

static bool op_appends(machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return pop_to_mark(m, &items, &count) && extend(m, MBT_PICKLE_LIST, items, count);
}

static bool op_setitem(machine *m)
{
    mbt_pickle_value *items[2];
    items[1] = pop(m);
    items[0] = pop(m);
    return items[0] != NULL && extend(m, MBT_PICKLE_DICT, items, 2);
}

static bool op_setitems(machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return pop_to_mark(m, &items, &count) && extend(m, MBT_PICKLE_DICT, items, count);
}

static bool op_mark(machine *m)
{
    return push(m, &m->mark);
}

static bool op_pop(machine *m)
{
    if (m->stack.count == 0) {
        return mbt_fail(m->error, "it takes a value and the stack is empty");
    }
    m->stack.count--;
    return true;
}

static bool op_pop_mark(machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return pop_to_mark(m, &items, &count);
}

/* The memo */

static bool memo_put(machine *m, uint64_t index)
{
    mbt_pickle_value *value = top(m);
    if (value == NULL) {
        return false;
    }
    if (index >= m->size) { /* every entry takes an opcode, so a number beyond the bytes is no honest one */
        return mbt_fail(m->error, "memo number %llu is out of range", (unsigned long long)index);
    }
    const size_t place = (size_t)index;
    if (!list_reserve(m, &m->memo, place + 1)) {
        return false;
    }
    if (m->memo.count <= place) {
        m->memo.count = place + 1; /* fresh memory is zeroed */
    }
    m->memo_used += m->memo.items[place] == NULL;
    m->memo.items[place] = value;
    return true;
}

static bool memo_get(machine *m, uint64_t index)
{
    if (index >= m->memo.count || m->memo.items[index] == NULL) {
        return mbt_fail(m->error, "memo number %llu was never put", (unsigned long long)index);
    }
    return push(m, m->memo.items[index]);
}

static bool op_put1(machine *m)
{
    uint64_t index = 0;
    return take_number(m, 1, &index) && memo_put(m, index);
}

static bool op_put4(machine *m)
{
    uint64_t index = 0;
    return take_number(m, 4, &index) && memo_put(m, index);
}

static bool op_memoize(machine *m)
{
    return memo_put(m, m->memo_used);
}

static bool op_get1(machine *m)
{
    uint64_t index = 0;
    return take_number(m, 1, &index) && memo_get(m, index);
}

static bool op_get4(machine *m)
{
    uint64_t index = 0;
    return take_number(m, 4, &index) && memo_get(m, index);
}

/* Objects */

static bool push_global(machine *m, const char *module, size_t module_size, const char *name, size_t name_size)
{
    const struct mbt_pickle_global *global = mbt_pickle_find_global(module, module_size, name, name_size, m->error);
    mbt_pickle_value *value = global != NULL ? mbt_pickle_new(m->pickle, MBT_PICKLE_GLOBAL, m->error) : NULL;
    if (value != NULL) {
        value->as.global = global;
    }
    return push(m, value);
}

static bool take_line(machine *m, const char **text, size_t *size)
{
    const uint8_t *start = m->bytes + m->at;
    const uint8_t *end = memchr(start, '\n', m->size - m->at);
    if (end == NULL) {
        return mbt_fail(m->error, "a name without an end");
    }
    *text = (const char *)start;
    *size = (size_t)(end - start);
    m->at += *size + 1;
    return true;
}

static bool op_global(machine *m)
{
    const char *module = NULL, *name = NULL;
    size_t module_size = 0, name_size = 0;
    return take_line(m, &module, &module_size) && take_line(m, &name, &name_size) &&
           push_global(m, module, module_size, name, name_size);
}

static bool op_stack_global(machine *m)
{
    const mbt_pickle_value *name = pop(m);
    const mbt_pickle_value *module = pop(m);
    if (module == NULL) {
        return false;
    }
    if (name->kind != MBT_PICKLE_STRING || module->kind != MBT_PICKLE_STRING) {
        return mbt_fail(m->error, "a global whose name is not text");
    }
    return push_global(m, module->as.string.text, module->as.string.size, name->as.string.text, name->as.string.size);
}

static bool op_reduce(machine *m)
{
    const mbt_pickle_value *arguments = pop(m);
    const mbt_pickle_value *callable = pop(m);
    return callable != NULL && push(m, mbt_pickle_reduce(m->pickle, callable, arguments, m->error));
}

static bool op_persid(machine *m)
{
    const mbt_pickle_value *id = pop(m);
    return id != NULL && push(m, mbt_pickle_persistent(m->pickle, id, m->error));
}

/* Attributes: a state dict's _metadata (the versions of its modules), of which nothing is needed here. */
static bool op_build(machine *m)
{
    const mbt_pickle_value *state = pop(m);
    const mbt_pickle_value *object = state != NULL ? top(m) : NULL;
    return object != NULL && (object->kind == MBT_PICKLE_DICT ||
                              mbt_fail(m->error, "a %s is given attributes", mbt_pickle_kind_name(object->kind)));
}

static bool op_frame(machine *m)
{
    uint64_t size = 0;
    return take_number(m, 8, &size) &&
           (size <= m->size - m->at || mbt_fail(m->error, "the frame is longer than the pickle"));
}

typedef struct opcode {
    const char *name;
    bool (*run)(machine *m); /* NULL: known and refused */
} opcode;

static const opcode opcodes[256] = {
    ['('] = {"MARK", op_mark},
    ['0'] = {"POP", op_pop},
    ['1'] = {"POP_MARK", op_pop_mark},
    ['2'] = {"DUP", NULL},
    ['N'] = {"NONE", op_none},
    [0x88] = {"NEWTRUE", op_true},
    [0x89] = {"NEWFALSE", op_false},
    ['I'] = {"INT", NULL},
    ['J'] = {"BININT", op_int4},
    ['K'] = {"BININT1", op_int1},
    ['M'] = {"BININT2", op_int2},
    ['L'] = {"LONG", NULL},
    [0x8a] = {"LONG1", op_long1},
    [0x8b] = {"LONG4", op_long4},
    ['F'] = {"FLOAT", NULL},
    ['G'] = {"BINFLOAT", op_float},
    ['S'] = {"STRING", NULL},
    ['T'] = {"BINSTRING", op_text4},
    ['U'] = {"SHORT_BINSTRING", op_text1},
    ['V'] = {"UNICODE", NULL},
    ['X'] = {"BINUNICODE", op_text4},
    [0x8c] = {"SHORT_BINUNICODE", op_text1},
    [0x8d] = {"BINUNICODE8", op_text8},
    ['B'] = {"BINBYTES", NULL},
    ['C'] = {"SHORT_BINBYTES", NULL},
    [0x8e] = {"BINBYTES8", NULL},
    [0x96] = {"BYTEARRAY8", NULL},
    [0x97] = {"NEXT_BUFFER", NULL},
    [0x98] = {"READONLY_BUFFER", NULL},
    [')'] = {"EMPTY_TUPLE", op_tuple0},
    [0x85] = {"TUPLE1", op_tuple1},
    [0x86] = {"TUPLE2", op_tuple2},
    [0x87] = {"TUPLE3", op_tuple3},
    ['t'] = {"TUPLE", op_tuple},
    [']'] = {"EMPTY_LIST", op_list},
    ['l'] = {"LIST", NULL},
    ['a'] = {"APPEND", op_append},
    ['e'] = {"APPENDS", op_appends},
    ['}'] = {"EMPTY_DICT", op_dict},
    ['d'] = {"DICT", NULL},
    ['s'] = {"SETITEM", op_setitem},
    ['u'] = {"SETITEMS", op_setitems},
    [0x8f] = {"EMPTY_SET", NULL},
    [0x90] = {"ADDITEMS", NULL},
    [0x91] = {"FROZENSET", NULL},
    ['p'] = {"PUT", NULL},
    ['q'] = {"BINPUT", op_put1},
    ['r'] = {"LONG_BINPUT", op_put4},
    [0x94] = {"MEMOIZE", op_memoize},
    ['g'] = {"GET", NULL},
    ['h'] = {"BINGET", op_get1},
    ['j'] = {"LONG_BINGET", op_get4},
    ['c'] = {"GLOBAL", op_global},
    [0x93] = {"STACK_GLOBAL", op_stack_global},
    ['R'] = {"REDUCE", op_reduce},
    ['b'] = {"BUILD", op_build},
    ['i'] = {"INST", NULL},
    ['o'] = {"OBJ", NULL},
    [0x81] = {"NEWOBJ", NULL},
    [0x92] = {"NEWOBJ_EX", NULL},
    [0x82] = {"EXT1", NULL},
    [0x83] = {"EXT2", NULL},
    [0x84] = {"EXT4", NULL},
    ['P'] = {"PERSID", NULL},
    ['Q'] = {"BINPERSID", op_persid},
    [0x80] = {"PROTO", NULL},
    [0x95] = {"FRAME", op_frame},
};

#define OPCODE_STOP '.'

/* One opcode, its name before what went wrong. */
static bool step(machine *m, uint8_t code, mbt_error *error)
{
    const opcode *operation = &opcodes[code];
    mbt_error reason = {""};
    if (operation->name == NULL) {
        return mbt_fail(error, "pickle, byte %zu: 0x%02x is no opcode", m->at - 1, code);
    }
    const size_t start = m->at - 1;
    m->error = &reason;
    const bool done =
        operation->run != NULL ? operation->run(m) : mbt_fail(&reason, "opcode 0x%02x is not allowed", code);
    return done || mbt_fail(error, "pickle, byte %zu: %s: %s", start, operation->name, reason.text);
}

static bool run(machine *m, mbt_error *error)
{
    if (m->size < 2 || m->bytes[0] != 0x80) {
        return mbt_fail(error, "pickle, byte 0: no protocol number; protocols 2 to 5 are known");
    }
    if (m->bytes[1] < 2 || m->bytes[1] > 5) {
        return mbt_fail(error, "pickle, byte 1: protocol %u; protocols 2 to 5 are known", m->bytes[1]);
    }
    m->at = 2;
    while (m->at < m->size) {
        const uint8_t code = m->bytes[m->at++];
        if (code != OPCODE_STOP) {
            if (!step(m, code, error)) {
                return false;
            }
            continue;
        }
        if (m->stack.count != 1 || m->stack.items[0] == &m->mark || m->at != m->size) {
            return mbt_fail(error,
                            "pickle, byte %zu: STOP: %zu values on the stack and %zu bytes to go; 1 and 0 are "
                            "right",
                            m->at - 1, m->stack.count, m->size - m->at);
        }
        m->pickle->root = m->stack.items[0];
        return true;
    }
    return mbt_fail(error, "pickle, byte %zu: it ends without STOP", m->size);
}

bool mbt_pickle_read(const uint8_t *bytes, size_t size, mbt_pickle *pickle, mbt_error *error)
{
    *pickle = (mbt_pickle){0};
    if (size > (SIZE_MAX - MEMORY_AT_LEAST) / MEMORY_PER_BYTE) {
        return mbt_fail(error, "the pickle is larger than memory");
    }
    pickle->memory_left = MEMORY_AT_LEAST + size * MEMORY_PER_BYTE;
    machine m = {.bytes = bytes, .size = size, .pickle = pickle};
    if (!run(&m, error)) {
        mbt_pickle_free(pickle);
        return false;
    }
    return true;
}
