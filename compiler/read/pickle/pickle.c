/* pickle.c: the pickle machine: a stack, a memo, and those opcodes that only build data.
 * The opcodes are from the table in CPython's Lib/pickletools.py. */
#include "compiler/read/pickle/pickle.h"

#include <string.h>

#include "compiler/read/pickle/machine.h"
#include "compiler/read/pickle/object.h"
#include "compiler/read/pickle/scalar.h"
#include "compiler/read/pickle/value.h"

#define MEMORY_AT_LEAST 65536u
#define MEMORY_PER_BYTE 128u /* at most: an opcode of one byte makes a value (40 bytes) and its place on the stack */

/* Containers */

static bool push_tuple(mbt_pickle_machine *m, mbt_pickle_value **items, size_t count)
{
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, MBT_PICKLE_TUPLE, m->error);
    return value != NULL && mbt_pickle_list_append(m, &value->as.list, items, count) && mbt_pickle_push(m, value);
}

static bool op_tuple0(mbt_pickle_machine *m)
{
    return push_tuple(m, NULL, 0);
}

static bool op_tuple1(mbt_pickle_machine *m)
{
    mbt_pickle_value *item = mbt_pickle_pop(m);
    return item != NULL && push_tuple(m, &item, 1);
}

static bool op_tuple2(mbt_pickle_machine *m)
{
    mbt_pickle_value *items[2];
    items[1] = mbt_pickle_pop(m);
    items[0] = mbt_pickle_pop(m);
    return items[0] != NULL && push_tuple(m, items, 2);
}

static bool op_tuple3(mbt_pickle_machine *m)
{
    mbt_pickle_value *items[3];
    items[2] = mbt_pickle_pop(m);
    items[1] = mbt_pickle_pop(m);
    items[0] = mbt_pickle_pop(m);
    return items[0] != NULL && push_tuple(m, items, 3);
}

static bool op_tuple(mbt_pickle_machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return mbt_pickle_pop_to_mark(m, &items, &count) && push_tuple(m, items, count);
}

static bool op_list(mbt_pickle_machine *m)
{
    return mbt_pickle_push(m, mbt_pickle_new(m->pickle, MBT_PICKLE_LIST, m->error));
}

static bool op_dict(mbt_pickle_machine *m)
{
    return mbt_pickle_push(m, mbt_pickle_new(m->pickle, MBT_PICKLE_DICT, m->error));
}

/* Appends to the list or dict on top of the stack. What an object is given goes with the rest of it. */
static bool extend(mbt_pickle_machine *m, mbt_pickle_kind kind, mbt_pickle_value **items, size_t count)
{
    mbt_pickle_value *value = mbt_pickle_top(m);
    if (value == NULL)
        return false;
    if (value->kind == MBT_PICKLE_OBJECT)
        return true;
    if (value->kind != kind) {
        return mbt_fail(m->error, "it adds items to a %s, not a %s", mbt_pickle_kind_name(value->kind),
                        mbt_pickle_kind_name(kind));
    }
    if (kind == MBT_PICKLE_DICT && count % 2 != 0)
        return mbt_fail(m->error, "a dict gets a key without a value");
    return mbt_pickle_list_append(m, &value->as.list, items, count);
}

static bool op_append(mbt_pickle_machine *m)
{
    mbt_pickle_value *item = mbt_pickle_pop(m);
    return item != NULL && extend(m, MBT_PICKLE_LIST, &item, 1);
}

static bool op_appends(mbt_pickle_machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return mbt_pickle_pop_to_mark(m, &items, &count) && extend(m, MBT_PICKLE_LIST, items, count);
}

static bool op_setitem(mbt_pickle_machine *m)
{
    mbt_pickle_value *items[2];
    items[1] = mbt_pickle_pop(m);
    items[0] = mbt_pickle_pop(m);
    return items[0] != NULL && extend(m, MBT_PICKLE_DICT, items, 2);
}

static bool op_setitems(mbt_pickle_machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return mbt_pickle_pop_to_mark(m, &items, &count) && extend(m, MBT_PICKLE_DICT, items, count);
}

/* Into a set, which is an object. */
static bool op_additems(mbt_pickle_machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return mbt_pickle_pop_to_mark(m, &items, &count) && extend(m, MBT_PICKLE_OBJECT, items, count);
}

static bool op_mark(mbt_pickle_machine *m)
{
    return mbt_pickle_push(m, &m->mark);
}

static bool op_pop(mbt_pickle_machine *m)
{
    if (m->stack.count == 0)
        return mbt_fail(m->error, "it takes a value and the stack is empty");
    m->stack.count--;
    return true;
}

static bool op_pop_mark(mbt_pickle_machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return mbt_pickle_pop_to_mark(m, &items, &count);
}

/* The memo */

static bool memo_put(mbt_pickle_machine *m, uint64_t index)
{
    mbt_pickle_value *value = mbt_pickle_top(m);
    if (value == NULL)
        return false;
    if (index >= m->size) /* every entry needs an opcode, so a higher number than the bytes cannot be right */
        return mbt_fail(m->error, "memo number %llu is out of range", (unsigned long long)index);
    const size_t place = (size_t)index;
    if (!mbt_pickle_list_reserve(m, &m->memo, place + 1))
        return false;
    if (m->memo.count <= place)
        m->memo.count = place + 1; /* new memory is zeroed */
    m->memo_used += m->memo.items[place] == NULL;
    m->memo.items[place] = value;
    return true;
}

static bool memo_get(mbt_pickle_machine *m, uint64_t index)
{
    if (index >= m->memo.count || m->memo.items[index] == NULL)
        return mbt_fail(m->error, "memo number %llu was never stored", (unsigned long long)index);
    return mbt_pickle_push(m, m->memo.items[index]);
}

static bool op_put1(mbt_pickle_machine *m)
{
    uint64_t index = 0;
    return mbt_pickle_take_number(m, 1, &index) && memo_put(m, index);
}

static bool op_put4(mbt_pickle_machine *m)
{
    uint64_t index = 0;
    return mbt_pickle_take_number(m, 4, &index) && memo_put(m, index);
}

static bool op_memoize(mbt_pickle_machine *m)
{
    return memo_put(m, m->memo_used);
}

static bool op_get1(mbt_pickle_machine *m)
{
    uint64_t index = 0;
    return mbt_pickle_take_number(m, 1, &index) && memo_get(m, index);
}

static bool op_get4(mbt_pickle_machine *m)
{
    uint64_t index = 0;
    return mbt_pickle_take_number(m, 4, &index) && memo_get(m, index);
}

static bool op_frame(mbt_pickle_machine *m)
{
    uint64_t size = 0;
    return mbt_pickle_take_number(m, 8, &size) &&
           (size <= m->size - m->at || mbt_fail(m->error, "the frame is longer than the pickle"));
}

typedef struct opcode {
    const char *name;
    bool (*run)(mbt_pickle_machine *m); /* NULL: known, but not allowed */
} opcode;

static const opcode opcodes[256] = {
    ['('] = {"MARK", op_mark},
    ['0'] = {"POP", op_pop},
    ['1'] = {"POP_MARK", op_pop_mark},
    ['2'] = {"DUP", NULL},
    ['N'] = {"NONE", mbt_pickle_op_none},
    [0x88] = {"NEWTRUE", mbt_pickle_op_true},
    [0x89] = {"NEWFALSE", mbt_pickle_op_false},
    ['I'] = {"INT", NULL},
    ['J'] = {"BININT", mbt_pickle_op_int4},
    ['K'] = {"BININT1", mbt_pickle_op_int1},
    ['M'] = {"BININT2", mbt_pickle_op_int2},
    ['L'] = {"LONG", NULL},
    [0x8a] = {"LONG1", mbt_pickle_op_long1},
    [0x8b] = {"LONG4", mbt_pickle_op_long4},
    ['F'] = {"FLOAT", NULL},
    ['G'] = {"BINFLOAT", mbt_pickle_op_float},
    ['S'] = {"STRING", NULL},
    ['T'] = {"BINSTRING", mbt_pickle_op_text4},
    ['U'] = {"SHORT_BINSTRING", mbt_pickle_op_text1},
    ['V'] = {"UNICODE", NULL},
    ['X'] = {"BINUNICODE", mbt_pickle_op_text4},
    [0x8c] = {"SHORT_BINUNICODE", mbt_pickle_op_text1},
    [0x8d] = {"BINUNICODE8", mbt_pickle_op_text8},
    ['B'] = {"BINBYTES", mbt_pickle_op_bytes4},
    ['C'] = {"SHORT_BINBYTES", mbt_pickle_op_bytes1},
    [0x8e] = {"BINBYTES8", mbt_pickle_op_bytes8},
    [0x96] = {"BYTEARRAY8", mbt_pickle_op_bytearray8},
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
    [0x8f] = {"EMPTY_SET", mbt_pickle_op_set},
    [0x90] = {"ADDITEMS", op_additems},
    [0x91] = {"FROZENSET", mbt_pickle_op_frozenset},
    ['p'] = {"PUT", NULL},
    ['q'] = {"BINPUT", op_put1},
    ['r'] = {"LONG_BINPUT", op_put4},
    [0x94] = {"MEMOIZE", op_memoize},
    ['g'] = {"GET", NULL},
    ['h'] = {"BINGET", op_get1},
    ['j'] = {"LONG_BINGET", op_get4},
    ['c'] = {"GLOBAL", mbt_pickle_op_global},
    [0x93] = {"STACK_GLOBAL", mbt_pickle_op_stack_global},
    ['R'] = {"REDUCE", mbt_pickle_op_reduce},
    ['b'] = {"BUILD", mbt_pickle_op_build},
    ['i'] = {"INST", NULL},
    ['o'] = {"OBJ", NULL},
    [0x81] = {"NEWOBJ", mbt_pickle_op_newobj},
    [0x92] = {"NEWOBJ_EX", mbt_pickle_op_newobj_ex},
    [0x82] = {"EXT1", NULL},
    [0x83] = {"EXT2", NULL},
    [0x84] = {"EXT4", NULL},
    ['P'] = {"PERSID", NULL},
    ['Q'] = {"BINPERSID", mbt_pickle_op_persid},
    [0x80] = {"PROTO", NULL},
    [0x95] = {"FRAME", op_frame},
};

#define OPCODE_STOP '.'

/* Runs one opcode. An error message begins with the opcode's name. */
static bool step(mbt_pickle_machine *m, uint8_t code, mbt_error *error)
{
    const opcode *operation = &opcodes[code];
    mbt_error reason = {""};
    if (operation->name == NULL)
        return mbt_fail(error, "pickle, byte %zu: 0x%02x is not an opcode", m->at - 1, code);
    const size_t start = m->at - 1;
    m->error = &reason;
    const bool done =
        operation->run != NULL ? operation->run(m) : mbt_fail(&reason, "opcode 0x%02x is not allowed", code);
    m->error = NULL;
    return done || mbt_fail(error, "pickle, byte %zu: %s: %s", start, operation->name, reason.text);
}

static bool run(mbt_pickle_machine *m, mbt_error *error)
{
    if (m->size < 2 || m->bytes[0] != 0x80)
        return mbt_fail(error, "pickle, byte 0: no protocol number; protocols 2 to 5 are known");
    if (m->bytes[1] < 2 || m->bytes[1] > 5)
        return mbt_fail(error, "pickle, byte 1: protocol %u; protocols 2 to 5 are known", m->bytes[1]);
    m->at = 2;
    while (m->at < m->size) {
        const uint8_t code = m->bytes[m->at++];
        if (code != OPCODE_STOP) {
            if (!step(m, code, error))
                return false;
            continue;
        }
        if (m->stack.count != 1 || m->stack.items[0] == &m->mark || m->at != m->size) {
            return mbt_fail(error,
                            "pickle, byte %zu: STOP: %zu values on the stack and %zu bytes to go; 1 and 0 "
                            "are needed",
                            m->at - 1, m->stack.count, m->size - m->at);
        }
        m->pickle->root = m->stack.items[0];
        return true;
    }
    return mbt_fail(error, "pickle, byte %zu: the pickle ends without STOP", m->size);
}

bool mbt_pickle_read(const uint8_t *bytes, size_t size, mbt_pickle *pickle, mbt_error *error)
{
    *pickle = (mbt_pickle){0};
    if (size > (SIZE_MAX - MEMORY_AT_LEAST) / MEMORY_PER_BYTE)
        return mbt_fail(error, "the pickle is larger than memory");
    pickle->memory_left = MEMORY_AT_LEAST + size * MEMORY_PER_BYTE;
    mbt_pickle_machine m = {.bytes = bytes, .size = size, .pickle = pickle};
    if (!run(&m, error)) {
        mbt_pickle_free(pickle);
        return false;
    }
    return true;
}
