/* torch.c: the list of known globals, and the storages and tensors that they describe. */
#include "compiler/read/pickle/torch.h"

#include <string.h>

#include "compiler/read/pickle/value.h"

typedef enum global_role {
    ROLE_ORDERED_DICT,
    ROLE_DEFAULT_DICT,    /* ([class of missing items]) */
    ROLE_TENSOR_V2,       /* (storage, offset, shape, strides, requires_grad, hooks[, metadata]) */
    ROLE_TENSOR_V3,       /* (storage, offset, shape, strides, requires_grad, hooks, dtype[, metadata]) */
    ROLE_PARAMETER,       /* (tensor, requires_grad, hooks) */
    ROLE_PARAMETER_STATE, /* (tensor, requires_grad, hooks, attributes) */
    ROLE_FROM_TYPE,       /* (function, type, its arguments, attributes) */
    ROLE_STORAGE,
    ROLE_UNTYPED_STORAGE,
    ROLE_DTYPE
} global_role;

struct mbt_pickle_global {
    const char *module, *name;
    global_role role;
    mbt_element element; /* ROLE_STORAGE, ROLE_DTYPE */
};

static const struct mbt_pickle_global globals[] = {
    {"collections", "OrderedDict", ROLE_ORDERED_DICT, MBT_ELEMENT_COUNT},
    {"collections", "defaultdict", ROLE_DEFAULT_DICT, MBT_ELEMENT_COUNT},
    {"torch._utils", "_rebuild_tensor_v2", ROLE_TENSOR_V2, MBT_ELEMENT_COUNT},
    {"torch._utils", "_rebuild_tensor_v3", ROLE_TENSOR_V3, MBT_ELEMENT_COUNT},
    {"torch._utils", "_rebuild_parameter", ROLE_PARAMETER, MBT_ELEMENT_COUNT},
    {"torch._utils", "_rebuild_parameter_with_state", ROLE_PARAMETER_STATE, MBT_ELEMENT_COUNT},
    {"torch._tensor", "_rebuild_from_type_v2", ROLE_FROM_TYPE, MBT_ELEMENT_COUNT},
    {"torch.storage", "UntypedStorage", ROLE_UNTYPED_STORAGE, MBT_ELEMENT_U8},
    {"torch", "UntypedStorage", ROLE_UNTYPED_STORAGE, MBT_ELEMENT_U8},
    {"torch", "DoubleStorage", ROLE_STORAGE, MBT_ELEMENT_F64},
    {"torch", "FloatStorage", ROLE_STORAGE, MBT_ELEMENT_F32},
    {"torch", "HalfStorage", ROLE_STORAGE, MBT_ELEMENT_F16},
    {"torch", "BFloat16Storage", ROLE_STORAGE, MBT_ELEMENT_BF16},
    {"torch", "LongStorage", ROLE_STORAGE, MBT_ELEMENT_I64},
    {"torch", "IntStorage", ROLE_STORAGE, MBT_ELEMENT_I32},
    {"torch", "ShortStorage", ROLE_STORAGE, MBT_ELEMENT_I16},
    {"torch", "CharStorage", ROLE_STORAGE, MBT_ELEMENT_I8},
    {"torch", "ByteStorage", ROLE_STORAGE, MBT_ELEMENT_U8},
    {"torch", "BoolStorage", ROLE_STORAGE, MBT_ELEMENT_BOOL},
    {"torch", "float64", ROLE_DTYPE, MBT_ELEMENT_F64},
    {"torch", "float32", ROLE_DTYPE, MBT_ELEMENT_F32},
    {"torch", "float16", ROLE_DTYPE, MBT_ELEMENT_F16},
    {"torch", "bfloat16", ROLE_DTYPE, MBT_ELEMENT_BF16},
    {"torch", "int64", ROLE_DTYPE, MBT_ELEMENT_I64},
    {"torch", "int32", ROLE_DTYPE, MBT_ELEMENT_I32},
    {"torch", "int16", ROLE_DTYPE, MBT_ELEMENT_I16},
    {"torch", "int8", ROLE_DTYPE, MBT_ELEMENT_I8},
    {"torch", "uint64", ROLE_DTYPE, MBT_ELEMENT_U64},
    {"torch", "uint32", ROLE_DTYPE, MBT_ELEMENT_U32},
    {"torch", "uint16", ROLE_DTYPE, MBT_ELEMENT_U16},
    {"torch", "uint8", ROLE_DTYPE, MBT_ELEMENT_U8},
    {"torch", "bool", ROLE_DTYPE, MBT_ELEMENT_BOOL},
};

static bool equals(const char *text, size_t size, const char *wanted)
{
    return size == strlen(wanted) && memcmp(text, wanted, size) == 0;
}

const struct mbt_pickle_global *mbt_pickle_find_global(const char *module, size_t module_size, const char *name,
                                                       size_t name_size)
{
    for (size_t i = 0; i < sizeof globals / sizeof globals[0]; ++i)
        if (equals(module, module_size, globals[i].module) && equals(name, name_size, globals[i].name))
            return &globals[i];
    return NULL;
}

static bool is_index(const mbt_pickle_value *value)
{
    return value->kind == MBT_PICKLE_INT && value->as.integer >= 0;
}

/* Reads a tuple of non-negative integers. */
static bool read_indices(const mbt_pickle_value *tuple, uint64_t *indices, const char *what, mbt_error *error)
{
    if (tuple->kind != MBT_PICKLE_TUPLE || tuple->as.list.count > MBT_TENSOR_DIMS)
        return mbt_fail(error, "a tensor's %s must be a tuple of at most %d numbers", what, MBT_TENSOR_DIMS);
    for (size_t i = 0; i < tuple->as.list.count; ++i) {
        const mbt_pickle_value *item = tuple->as.list.items[i];
        if (!is_index(item))
            return mbt_fail(error, "a tensor's %s must hold whole numbers from 0 up", what);
        indices[i] = (uint64_t)item->as.integer;
    }
    return true;
}

/* Finds the type of the elements: that of the storage or, if the storage is untyped, the seventh argument. */
static bool tensor_element(const struct mbt_pickle_global *function, const mbt_pickle_list *arguments,
                           mbt_element *element, mbt_error *error)
{
    const mbt_pickle_value *storage = arguments->items[0];
    if (function->role == ROLE_TENSOR_V2) {
        *element = storage->as.storage.element;
        return !storage->as.storage.untyped || mbt_fail(error, "a tensor's storage has no type");
    }
    const mbt_pickle_value *type = arguments->items[6];
    if (type->kind != MBT_PICKLE_GLOBAL || type->as.global->role != ROLE_DTYPE)
        return mbt_fail(error, "a tensor's type is not a torch.dtype");
    *element = type->as.global->element;
    return storage->as.storage.untyped || storage->as.storage.element == *element ||
           mbt_fail(error, "a tensor's type is not its storage's");
}

/* The first argument that is an object, or NULL. */
static mbt_pickle_value *find_object(const mbt_pickle_list *arguments)
{
    for (size_t i = 0; i < arguments->count; ++i)
        if (arguments->items[i]->kind == MBT_PICKLE_OBJECT)
            return arguments->items[i];
    return NULL;
}

static mbt_pickle_value *make_tensor(mbt_pickle *pickle, const struct mbt_pickle_global *function,
                                     const mbt_pickle_list *arguments, mbt_error *error)
{
    const size_t wanted = function->role == ROLE_TENSOR_V2 ? 6 : 7;
    if (arguments->count != wanted && arguments->count != wanted + 1) {
        mbt_fail(error, "%s takes %zu or %zu arguments, not %zu", function->name, wanted, wanted + 1, arguments->count);
        return NULL;
    }
    mbt_pickle_value **items = arguments->items;
    if (items[0]->kind != MBT_PICKLE_STORAGE || !is_index(items[1])) {
        mbt_fail(error, "%s takes a storage and an offset, not %s and %s", function->name,
                 mbt_pickle_kind_name(items[0]->kind), mbt_pickle_kind_name(items[1]->kind));
        return NULL;
    }
    mbt_pickle_tensor *tensor = mbt_pickle_allocate(pickle, sizeof *tensor, error);
    if (tensor == NULL || !tensor_element(function, arguments, &tensor->element, error) ||
        !read_indices(items[2], tensor->shape, "shape", error) ||
        !read_indices(items[3], tensor->strides, "strides", error))
        return NULL;
    if (items[2]->as.list.count != items[3]->as.list.count) {
        mbt_fail(error, "a tensor has %zu dimensions and %zu strides", items[2]->as.list.count,
                 items[3]->as.list.count);
        return NULL;
    }
    tensor->storage = items[0];
    tensor->offset = (uint64_t)items[1]->as.integer;
    tensor->dims = (uint32_t)items[2]->as.list.count;
    tensor->metadata = arguments->count > wanted ? items[wanted] : NULL;
    mbt_pickle_value *value = mbt_pickle_new(pickle, MBT_PICKLE_TENSOR, error);
    if (value != NULL)
        value->as.tensor = tensor;
    return value;
}

/* What a known function builds of arguments that are known too. */
static mbt_pickle_value *call(mbt_pickle *pickle, const struct mbt_pickle_global *function, const mbt_pickle_list *list,
                              mbt_error *error)
{
    const bool first_is_tensor = list->count > 0 && list->items[0]->kind == MBT_PICKLE_TENSOR;
    switch (function->role) {
    case ROLE_ORDERED_DICT:
        if (list->count == 0)
            return mbt_pickle_new(pickle, MBT_PICKLE_DICT, error);
        break;
    case ROLE_DEFAULT_DICT:
        if (list->count <= 1)
            return mbt_pickle_new(pickle, MBT_PICKLE_DICT, error);
        break;
    case ROLE_TENSOR_V2:
    case ROLE_TENSOR_V3:
        return make_tensor(pickle, function, list, error);
    case ROLE_PARAMETER:
        if (list->count == 3 && first_is_tensor)
            return list->items[0];
        break;
    case ROLE_PARAMETER_STATE:
        if (list->count == 4 && first_is_tensor)
            return list->items[0];
        break;
    default:
        break;
    }
    mbt_fail(error, "%s.%s cannot be called with these %zu arguments", function->module, function->name, list->count);
    return NULL;
}

/* Whether a tensor's function and its arguments are those of _rebuild_from_type_v2: a tensor that has attributes. The
 * type may be any, torch's Parameter say: the numbers are where the function finds them. */
static bool is_tensor_with_attributes(const mbt_pickle_list *list)
{
    if (list->count != 4 || list->items[0]->kind != MBT_PICKLE_GLOBAL || list->items[2]->kind != MBT_PICKLE_TUPLE)
        return false;
    const global_role role = list->items[0]->as.global->role;
    return role == ROLE_TENSOR_V2 || role == ROLE_TENSOR_V3 || role == ROLE_PARAMETER;
}

mbt_pickle_value *mbt_pickle_reduce(mbt_pickle *pickle, mbt_pickle_value *callable, const mbt_pickle_value *arguments,
                                    mbt_error *error)
{
    const bool callable_kind = callable->kind == MBT_PICKLE_GLOBAL || callable->kind == MBT_PICKLE_OBJECT;
    if (!callable_kind || arguments->kind != MBT_PICKLE_TUPLE) {
        mbt_fail(error, "%s and %s where a function and a tuple are needed", mbt_pickle_kind_name(callable->kind),
                 mbt_pickle_kind_name(arguments->kind));
        return NULL;
    }
    if (callable->kind == MBT_PICKLE_OBJECT)
        return callable;
    const struct mbt_pickle_global *function = callable->as.global;
    const mbt_pickle_list *list = &arguments->as.list;
    if (function->role == ROLE_FROM_TYPE && is_tensor_with_attributes(list)) {
        function = list->items[0]->as.global;
        list = &list->items[2]->as.list;
    }
    const bool makes_dict = function->role == ROLE_ORDERED_DICT || function->role == ROLE_DEFAULT_DICT;
    mbt_pickle_value *object = makes_dict ? NULL : find_object(list);
    return object != NULL ? object : call(pickle, function, list, error);
}

mbt_pickle_value *mbt_pickle_persistent(mbt_pickle *pickle, const mbt_pickle_value *id, mbt_error *error)
{
    if (id->kind != MBT_PICKLE_TUPLE || id->as.list.count != 5 ||
        !mbt_pickle_is_text(id->as.list.items[0], "storage")) {
        mbt_fail(error, "a persistent id is not ('storage', type, key, location, count)");
        return NULL;
    }
    mbt_pickle_value **items = id->as.list.items;
    if (items[1]->kind == MBT_PICKLE_OBJECT)
        return items[1];
    const bool typed = items[1]->kind == MBT_PICKLE_GLOBAL && items[1]->as.global->role == ROLE_STORAGE;
    const bool untyped = items[1]->kind == MBT_PICKLE_GLOBAL && items[1]->as.global->role == ROLE_UNTYPED_STORAGE;
    if ((!typed && !untyped) || items[2]->kind != MBT_PICKLE_STRING || !is_index(items[4])) {
        mbt_fail(error, "a storage needs a storage type, a text key and a count, not %s, %s and %s",
                 mbt_pickle_kind_name(items[1]->kind), mbt_pickle_kind_name(items[2]->kind),
                 mbt_pickle_kind_name(items[4]->kind));
        return NULL;
    }
    mbt_pickle_value *value = mbt_pickle_new(pickle, MBT_PICKLE_STORAGE, error);
    if (value != NULL) {
        value->as.storage.key = items[2];
        value->as.storage.element = items[1]->as.global->element;
        value->as.storage.untyped = untyped;
        value->as.storage.count = (uint64_t)items[4]->as.integer;
    }
    return value;
}
