/* pickle.h: reads the tree of objects in a Python pickle, protocols 2 to 5, as torch.save writes it.
 *
 * A pickle is a program for a small machine. This interpreter can only build data: numbers, strings, tuples, lists,
 * dicts, and descriptions of torch's storages and tensors. No function of the pickle is ever called. A global that is
 * not in a fixed list, and whatever is made with it, becomes an object of which only the global's name is kept. */
#ifndef MBT_COMPILER_READ_PICKLE_PICKLE_H
#define MBT_COMPILER_READ_PICKLE_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/error.h"
#include "compiler/read/tensors.h"

typedef enum mbt_pickle_kind {
    MBT_PICKLE_NONE,
    MBT_PICKLE_BOOL,
    MBT_PICKLE_INT,     /* fits 64 bits */
    MBT_PICKLE_BIG_INT, /* does not fit 64 bits; the value is not kept */
    MBT_PICKLE_FLOAT,
    MBT_PICKLE_STRING,
    MBT_PICKLE_TUPLE,
    MBT_PICKLE_LIST,
    MBT_PICKLE_DICT,   /* dict or OrderedDict */
    MBT_PICKLE_GLOBAL, /* an allowed name; used only inside the interpreter */
    MBT_PICKLE_STORAGE,
    MBT_PICKLE_TENSOR,
    MBT_PICKLE_OBJECT /* anything else: a numpy scalar, a class, bytes */
} mbt_pickle_kind;

typedef struct mbt_pickle_value mbt_pickle_value;

typedef struct mbt_pickle_list {
    mbt_pickle_value **items;
    size_t count, capacity;
} mbt_pickle_list;

/* A view of a storage, as torch._utils._rebuild_tensor_v2 describes it. It may reach beyond the storage: that is not
 * checked yet. */
typedef struct mbt_pickle_tensor {
    const mbt_pickle_value *storage;
    mbt_element element;
    uint32_t dims;
    uint64_t offset; /* elements */
    uint64_t shape[MBT_TENSOR_DIMS], strides[MBT_TENSOR_DIMS];
    const mbt_pickle_value *metadata; /* what torch adds, such as {"neg": True}; NULL if nothing */
} mbt_pickle_tensor;

/* What an object was made with: `numpy.core.multiarray` and `scalar`, say. Not terminated. */
typedef struct mbt_pickle_object {
    const char *module, *name;
    size_t module_size, name_size;
} mbt_pickle_object;

/* Values may be shared. Lists and dicts may contain themselves. */
struct mbt_pickle_value {
    mbt_pickle_kind kind;
    bool seen; /* initially false; for functions that walk the tree */
    union {
        int64_t integer; /* INT; BOOL: 0 or 1 */
        double real;
        struct {
            const char *text; /* UTF-8, in the bytes of the pickle, without a final 0 */
            size_t size;
        } string;
        mbt_pickle_list list; /* TUPLE, LIST; DICT: key, value, key, value ... in the file's order */
        const struct mbt_pickle_global *global;
        struct {
            const mbt_pickle_value *key; /* STRING: the archive's entry under data/ */
            mbt_element element;
            bool untyped;   /* counted in bytes; each tensor gives the type of its elements */
            uint64_t count; /* elements */
        } storage;
        const mbt_pickle_tensor *tensor;
        const mbt_pickle_object *object;
    } as;
};

/* A pickle that was read. It owns all values. Its strings point into the bytes that it was read from. */
typedef struct mbt_pickle {
    mbt_pickle_value *root;
    struct mbt_pickle_block *blocks;
    size_t memory_left; /* bytes that may still be allocated: a fixed multiple of the pickle's size */
} mbt_pickle;

/* Interprets bytes, which must outlive the pickle. On failure nothing is held, and the error names the opcode or the
 * global and its offset. */
bool mbt_pickle_read(const uint8_t *bytes, size_t size, mbt_pickle *pickle, mbt_error *error);

void mbt_pickle_free(mbt_pickle *pickle);

/* Whether value is a string equal to text. */
bool mbt_pickle_is_text(const mbt_pickle_value *value, const char *text);

/* The value of a text key of a dict. If the key is there several times, the last one counts. NULL if it is not
 * there. */
mbt_pickle_value *mbt_pickle_get(const mbt_pickle_value *dict, const char *key);

/* The name of a kind in messages: "None", "int", "dict" ... */
const char *mbt_pickle_kind_name(mbt_pickle_kind kind);

#define MBT_PICKLE_OBJECT_NAME 164

/* "numpy.core.multiarray.scalar": for messages; cut where it is longer. */
void mbt_pickle_object_name(const mbt_pickle_value *object, char name[MBT_PICKLE_OBJECT_NAME]);

#endif
