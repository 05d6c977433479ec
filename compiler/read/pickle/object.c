/* object.c: the opcodes that make objects: of globals that are known, torch's storages and tensors; of all
 * others a value that says only what it was made with. Bytes and sets are of that kind too: no weights are in them. */
#include "compiler/read/pickle/object.h"

#include <string.h>

#include "compiler/read/pickle/torch.h"
#include "compiler/read/pickle/value.h"

static bool push_object(mbt_pickle_machine *m, const char *module, size_t module_size, const char *name,
                        size_t name_size)
{
    const mbt_pickle_object made_with = {module, name, module_size, name_size};
    return mbt_pickle_push(m, mbt_pickle_new_object(m->pickle, &made_with, m->error));
}

/* An object of a class of Python's own. */
static bool push_builtin(mbt_pickle_machine *m, const char *name)
{
    return push_object(m, "builtins", strlen("builtins"), name, strlen(name));
}

static bool push_global(mbt_pickle_machine *m, const char *module, size_t module_size, const char *name,
                        size_t name_size)
{
    const struct mbt_pickle_global *global = mbt_pickle_find_global(module, module_size, name, name_size);
    if (global == NULL)
        return push_object(m, module, module_size, name, name_size);
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, MBT_PICKLE_GLOBAL, m->error);
    if (value != NULL)
        value->as.global = global;
    return mbt_pickle_push(m, value);
}

static bool take_line(mbt_pickle_machine *m, const char **text, size_t *size)
{
    const uint8_t *start = m->bytes + m->at;
    const uint8_t *end = memchr(start, '\n', m->size - m->at);
    if (end == NULL)
        return mbt_fail(m->error, "the line of a name does not end");
    *text = (const char *)start;
    *size = (size_t)(end - start);
    m->at += *size + 1;
    return true;
}

bool mbt_pickle_op_global(mbt_pickle_machine *m)
{
    const char *module = NULL, *name = NULL;
    size_t module_size = 0, name_size = 0;
    return take_line(m, &module, &module_size) && take_line(m, &name, &name_size) &&
           push_global(m, module, module_size, name, name_size);
}

bool mbt_pickle_op_stack_global(mbt_pickle_machine *m)
{
    const mbt_pickle_value *name = mbt_pickle_pop(m);
    const mbt_pickle_value *module = mbt_pickle_pop(m);
    if (module == NULL)
        return false;
    if (name->kind != MBT_PICKLE_STRING || module->kind != MBT_PICKLE_STRING)
        return mbt_fail(m->error, "the name of a global is not text");
    return push_global(m, module->as.string.text, module->as.string.size, name->as.string.text, name->as.string.size);
}

bool mbt_pickle_op_reduce(mbt_pickle_machine *m)
{
    const mbt_pickle_value *arguments = mbt_pickle_pop(m);
    mbt_pickle_value *callable = mbt_pickle_pop(m);
    return callable != NULL && mbt_pickle_push(m, mbt_pickle_reduce(m->pickle, callable, arguments, m->error));
}

/* class.__new__(class, *arguments): of the known classes the same as a call. */
bool mbt_pickle_op_newobj(mbt_pickle_machine *m)
{
    return mbt_pickle_op_reduce(m);
}

/* With arguments by name, which no known class takes. */
bool mbt_pickle_op_newobj_ex(mbt_pickle_machine *m)
{
    const mbt_pickle_value *by_name = mbt_pickle_pop(m);
    return by_name != NULL &&
           (by_name->kind == MBT_PICKLE_DICT || mbt_fail(m->error, "arguments by name are no dict")) &&
           mbt_pickle_op_reduce(m);
}

/* Attributes: a state dict's _metadata (the versions of its modules), of which nothing is needed here. */
bool mbt_pickle_op_build(mbt_pickle_machine *m)
{
    const mbt_pickle_value *state = mbt_pickle_pop(m);
    const mbt_pickle_value *object = state != NULL ? mbt_pickle_top(m) : NULL;
    return object != NULL && (object->kind == MBT_PICKLE_DICT || object->kind == MBT_PICKLE_OBJECT ||
                              mbt_fail(m->error, "a %s is given attributes", mbt_pickle_kind_name(object->kind)));
}

bool mbt_pickle_op_persid(mbt_pickle_machine *m)
{
    const mbt_pickle_value *id = mbt_pickle_pop(m);
    return id != NULL && mbt_pickle_push(m, mbt_pickle_persistent(m->pickle, id, m->error));
}

static bool skip_bytes(mbt_pickle_machine *m, size_t length_size, const char *name)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    return mbt_pickle_take_sized(m, length_size, &bytes, &size) && push_builtin(m, name);
}

bool mbt_pickle_op_bytes1(mbt_pickle_machine *m)
{
    return skip_bytes(m, 1, "bytes");
}

bool mbt_pickle_op_bytes4(mbt_pickle_machine *m)
{
    return skip_bytes(m, 4, "bytes");
}

bool mbt_pickle_op_bytes8(mbt_pickle_machine *m)
{
    return skip_bytes(m, 8, "bytes");
}

bool mbt_pickle_op_bytearray8(mbt_pickle_machine *m)
{
    return skip_bytes(m, 8, "bytearray");
}

bool mbt_pickle_op_set(mbt_pickle_machine *m)
{
    return push_builtin(m, "set");
}

bool mbt_pickle_op_frozenset(mbt_pickle_machine *m)
{
    mbt_pickle_value **items = NULL;
    size_t count = 0;
    return mbt_pickle_pop_to_mark(m, &items, &count) && push_builtin(m, "frozenset");
}
