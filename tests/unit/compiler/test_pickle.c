/* test_pickle.c: the pickle interpreter: what it builds, what it refuses, and that damage never gets further. */
#include "compiler/read/pickle/pickle.h"

#include "tests/unit/compiler/pickle_builder.h"

typedef struct scalar_case {
    const char *bytes;
    size_t size;
    mbt_pickle_kind kind;
    int64_t integer;
    double real;
    const char *text;
} scalar_case;

#define SCALAR(literal, kind, integer, real, text)              \
    {                                                           \
        literal, sizeof(literal) - 1, kind, integer, real, text \
    }

/* Bytes from CPython's pickle.dumps(value, 2) or by pickletools' description of the opcode. */
static const scalar_case scalar_cases[] = {
    SCALAR("\x80\x02N.", MBT_PICKLE_NONE, 0, 0, NULL),
    SCALAR("\x80\x02\x88.", MBT_PICKLE_BOOL, 1, 0, NULL),
    SCALAR("\x80\x02\x89.", MBT_PICKLE_BOOL, 0, 0, NULL),
    SCALAR("\x80\x02K\xff.", MBT_PICKLE_INT, 255, 0, NULL),
    SCALAR("\x80\x02M\x01\x80.", MBT_PICKLE_INT, 32769, 0, NULL),
    SCALAR("\x80\x02J\x00\x00\x00\x80.", MBT_PICKLE_INT, INT32_MIN, 0, NULL),
    SCALAR("\x80\x02J\xff\xff\xff\x7f.", MBT_PICKLE_INT, INT32_MAX, 0, NULL),
    SCALAR("\x80\x02\x8a\x00.", MBT_PICKLE_INT, 0, 0, NULL),
    SCALAR("\x80\x02\x8a\x05\x00\x00\x00\x00\x80.", MBT_PICKLE_INT, -INT64_C(549755813888), 0, NULL),
    SCALAR("\x80\x02\x8a\x06\x00\x00\x00\x00\x80\x00.", MBT_PICKLE_INT, INT64_C(549755813888), 0, NULL),
    SCALAR("\x80\x02\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", MBT_PICKLE_INT, INT64_MIN, 0, NULL),
    SCALAR("\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.", MBT_PICKLE_BIG_INT, 0, 0, NULL),
    SCALAR("\x80\x02\x8b\x01\x00\x00\x00\xfe.", MBT_PICKLE_INT, -2, 0, NULL),
    SCALAR("\x80\x02G\xbf\xc0\x00\x00\x00\x00\x00\x00.", MBT_PICKLE_FLOAT, 0, -0.125, NULL),
    SCALAR("\x80\x02X\x03\x00\x00\x00"
           "a\xc3\xa9.",
           MBT_PICKLE_STRING, 0, 0, "a\xc3\xa9"),
    SCALAR("\x80\x02T\x02\x00\x00\x00hi.", MBT_PICKLE_STRING, 0, 0, "hi"),
    SCALAR("\x80\x02U\x02hi.", MBT_PICKLE_STRING, 0, 0, "hi"),
    SCALAR("\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x02hi.", MBT_PICKLE_STRING, 0, 0, "hi"),
    SCALAR("\x80\x05\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi\x94.", MBT_PICKLE_STRING, 0, 0, "hi"),
    SCALAR("\x80\x02NK\x07"
           "0(NN1q\x00"
           "0h\x00.",
           MBT_PICKLE_NONE, 0, 0, NULL), /* POP, POP_MARK, memo */
};

START_TEST(scalars_have_their_values)
{
    const scalar_case *c = &scalar_cases[_i];
    unit_bytes bytes = unit_copy(c->bytes, c->size);
    mbt_pickle pickle;
    mbt_error error = {""};
    ck_assert_msg(mbt_pickle_read(bytes.data, bytes.size, &pickle, &error), "%s", error.text);
    ck_assert_int_eq((int)pickle.root->kind, (int)c->kind);
    if (c->kind == MBT_PICKLE_INT || c->kind == MBT_PICKLE_BOOL)
        ck_assert_int_eq(pickle.root->as.integer, c->integer);
    if (c->kind == MBT_PICKLE_FLOAT)
        ck_assert(pickle.root->as.real == c->real);
    ck_assert(c->text == NULL || mbt_pickle_is_text(pickle.root, c->text));
    mbt_pickle_free(&pickle);
    free(bytes.data);
}
END_TEST

/* {'a': [1, (2, 3), ()], 'b': (1, 2, 3, 4), 'a': None} with an OrderedDict inside that is given attributes. */
static void build_tree(builder *b)
{
    PUT(b, "\x80\x03}q\x05(");
    put_text(b, "a");
    PUT(b, "](K\x01K\x02K\x03\x86)K\x05\x85K\x06K\x07K\x08\x87"
           "e");
    put_text(b, "b");
    PUT(b, "(K\x01K\x02K\x03K\x04tq\x06uh\x05"
           "0");
    put_text(b, "c");
    PUT(b, "ccollections\nOrderedDict\n)R}");
    put_text(b, "_metadata");
    PUT(b, "Nsbs");
    put_text(b, "b");
    PUT(b, "]h\x06"
           "as.");
}

START_TEST(containers_hold_their_items)
{
    builder b = {.size = 0};
    mbt_pickle pickle;
    mbt_error error = {""};
    build_tree(&b);
    ck_assert_msg(mbt_pickle_read(b.bytes, b.size, &pickle, &error), "%s", error.text);
    ck_assert_int_eq((int)pickle.root->kind, MBT_PICKLE_DICT);
    ck_assert_uint_eq(pickle.root->as.list.count, 8);
    const mbt_pickle_value *list = mbt_pickle_get(pickle.root, "a");
    ck_assert_int_eq((int)list->kind, MBT_PICKLE_LIST);
    const size_t counts[] = {0, 2, 0, 1, 3};
    ck_assert_uint_eq(list->as.list.count, 5);
    for (size_t i = 1; i < 5; ++i) {
        ck_assert_int_eq((int)list->as.list.items[i]->kind, MBT_PICKLE_TUPLE);
        ck_assert_uint_eq(list->as.list.items[i]->as.list.count, counts[i]);
    }
    ck_assert_int_eq(list->as.list.items[1]->as.list.items[0]->as.integer, 2);
    ck_assert_int_eq(list->as.list.items[4]->as.list.items[2]->as.integer, 8);
    const mbt_pickle_value *last = mbt_pickle_get(pickle.root, "b"); /* the second 'b' */
    ck_assert_int_eq((int)last->kind, MBT_PICKLE_LIST);
    ck_assert_uint_eq(last->as.list.items[0]->as.list.count, 4);
    ck_assert_uint_eq(mbt_pickle_get(pickle.root, "c")->as.list.count, 0); /* attributes are no items */
    ck_assert_ptr_null(mbt_pickle_get(pickle.root, "_metadata"));
    mbt_pickle_free(&pickle);
}
END_TEST

static void build_tensor(builder *b)
{
    const int64_t shape[] = {2, 3}, strides[] = {1, 2};
    PUT(b, "\x80\x02");
    put_tensor(b, "HalfStorage", "key", 11, 5, 2, shape, strides);
    PUT(b, ".");
}

START_TEST(a_tensor_is_described)
{
    builder b = {.size = 0};
    mbt_pickle pickle;
    mbt_error error = {""};
    build_tensor(&b);
    ck_assert_msg(mbt_pickle_read(b.bytes, b.size, &pickle, &error), "%s", error.text);
    ck_assert_int_eq((int)pickle.root->kind, MBT_PICKLE_TENSOR);
    const mbt_pickle_tensor *tensor = pickle.root->as.tensor;
    ck_assert_int_eq((int)tensor->element, MBT_ELEMENT_F16);
    ck_assert_uint_eq(tensor->dims, 2);
    ck_assert_uint_eq(tensor->offset, 5);
    ck_assert_uint_eq(tensor->shape[1], 3);
    ck_assert_uint_eq(tensor->strides[1], 2);
    ck_assert_uint_eq(tensor->storage->as.storage.count, 11);
    ck_assert(mbt_pickle_is_text(tensor->storage->as.storage.key, "key"));
    mbt_pickle_free(&pickle);
}
END_TEST

/* The form for types that have no storage class of their own: bytes, and the type as an argument. */
START_TEST(an_untyped_tensor_is_described)
{
    builder b = {.size = 0};
    mbt_pickle pickle;
    mbt_error error = {""};
    const int64_t shape[] = {4}, strides[] = {1};
    PUT(&b, "\x80\x02"
            "ctorch._utils\n_rebuild_tensor_v3\n((");
    put_text(&b, "storage");
    PUT(&b, "ctorch.storage\nUntypedStorage\n");
    put_text(&b, "0");
    put_text(&b, "cpu");
    PUT(&b, "K\x08tQK\x00");
    put_integers(&b, shape, 1);
    put_integers(&b, strides, 1);
    PUT(&b, "\x89)ctorch\nuint16\ntR.");
    ck_assert_msg(mbt_pickle_read(b.bytes, b.size, &pickle, &error), "%s", error.text);
    ck_assert_int_eq((int)pickle.root->as.tensor->element, MBT_ELEMENT_U16);
    ck_assert(pickle.root->as.tensor->storage->as.storage.untyped);
    mbt_pickle_free(&pickle);
}
END_TEST

START_TEST(a_list_may_contain_itself)
{
    mbt_pickle pickle;
    mbt_error error = {""};
    const uint8_t bytes[] = "\x80\x02]q\x00h\x00"
                            "a.";
    ck_assert_msg(mbt_pickle_read(bytes, sizeof bytes - 1, &pickle, &error), "%s", error.text);
    ck_assert_ptr_eq(pickle.root->as.list.items[0], pickle.root);
    mbt_pickle_free(&pickle);
}
END_TEST

typedef struct object_case {
    const char *bytes;
    size_t size;
    const char *name;
} object_case;

#define OBJECT(literal, name)              \
    {                                      \
        literal, sizeof(literal) - 1, name \
    }

/* Bytes from CPython's pickle.dumps, some by pickletools' description of the opcode. */
static const object_case object_cases[] = {
    OBJECT("\x80\x02"
           "cos\nsystem\nX\x02\x00\x00\x00id\x85R.",
           "os.system"),
    OBJECT("\x80\x04\x8c\x08"
           "builtins\x8c\x04"
           "eval\x93.",
           "builtins.eval"),
    OBJECT("\x80\x02"
           "ctorch\nFloatStorage2\n.",
           "torch.FloatStorage2"),
    OBJECT("\x80\x02"
           "ctorch\nFloatStorag\n.",
           "torch.FloatStorag"),
    OBJECT("\x80\x03"
           "C\x01x.",
           "builtins.bytes"),
    OBJECT("\x80\x03"
           "B\x01\x00\x00\x00x.",
           "builtins.bytes"),
    OBJECT("\x80\x04\x8e\x01\x00\x00\x00\x00\x00\x00\x00x.", "builtins.bytes"),
    OBJECT("\x80\x05\x96\x00\x00\x00\x00\x00\x00\x00\x00.", "builtins.bytearray"),
    OBJECT("\x80\x04\x8f\x94(K\x01K\x02\x90.", "builtins.set"),
    OBJECT("\x80\x04(K\x01\x91\x94.", "builtins.frozenset"),
    OBJECT("\x80\x02"
           "cargparse\nNamespace\n)\x81}X\x02\x00\x00\x00lrK\x01sb.",
           "argparse.Namespace"),
    OBJECT("\x80\x04"
           "ca\nb\n)}\x92(NNu(NNeNaNNs.",
           "a.b"),
    /* What is built with an object is that object: numpy.float64(3.1), a tensor of complex numbers. */
    OBJECT("\x80\x02"
           "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU\x02"
           "f8\x89\x88\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
           "c_codecs\nencode\nU\x02@@U\x06latin1\x86R\x86R.",
           "numpy.core.multiarray.scalar"),
    OBJECT("\x80\x02"
           "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nComplexFloatStorage\nU\x01"
           "0U\x03"
           "cpuK\x01tQK\x00K\x01\x85K\x01\x85\x89}tR.",
           "torch.ComplexFloatStorage"),
};

START_TEST(everything_unknown_is_an_object)
{
    const object_case *c = &object_cases[_i];
    unit_bytes bytes = unit_copy(c->bytes, c->size);
    mbt_pickle pickle;
    mbt_error error = {""};
    char name[MBT_PICKLE_OBJECT_NAME];
    ck_assert_msg(mbt_pickle_read(bytes.data, bytes.size, &pickle, &error), "%s", error.text);
    ck_assert_int_eq((int)pickle.root->kind, MBT_PICKLE_OBJECT);
    mbt_pickle_object_name(pickle.root, name);
    ck_assert_str_eq(name, c->name);
    mbt_pickle_free(&pickle);
    free(bytes.data);
}
END_TEST

START_TEST(the_name_of_an_object_is_cut)
{
    builder b = {.size = 0};
    mbt_pickle pickle;
    mbt_error error = {""};
    char name[MBT_PICKLE_OBJECT_NAME];
    PUT(&b, "\x80\x02"
            "c");
    for (int i = 0; i < 2000; ++i)
        PUT(&b, "m");
    PUT(&b, "\nname\n.");
    ck_assert_msg(mbt_pickle_read(b.bytes, b.size, &pickle, &error), "%s", error.text);
    mbt_pickle_object_name(pickle.root, name);
    ck_assert_str_eq(name + strlen(name) - 6, "m.name");
    mbt_pickle_free(&pickle);
}
END_TEST

typedef struct refusal {
    const char *bytes;
    size_t size;
    const char *text; /* in the message */
} refusal;

#define REFUSAL(literal, text)             \
    {                                      \
        literal, sizeof(literal) - 1, text \
    }

static const refusal refusals[] = {
    REFUSAL("", "byte 0"),
    REFUSAL("\x80", "byte 0"),
    REFUSAL("N.", "byte 0: no protocol"),
    REFUSAL("\x80\x01N.", "protocol 1"),
    REFUSAL("\x80\x06N.", "protocol 6"),
    REFUSAL("\x80\x02\x80\x02N.", "byte 2: PROTO"),
    REFUSAL("\x80\x02", "without STOP"),
    REFUSAL("\x80\x02N", "without STOP"),
    REFUSAL("\x80\x02.", "STOP: 0 values"),
    REFUSAL("\x80\x02NN.", "STOP: 2 values"),
    REFUSAL("\x80\x02(.", "STOP"),
    REFUSAL("\x80\x02N.N", "1 bytes to go"),
    REFUSAL("\x80\x02"
            "ctorch\nFloatStorage",
            "GLOBAL: the line of a name does not end"),
    REFUSAL("\x80\x04NN\x93.", "name of a global is not text"),
    REFUSAL("\x80\x02"
            "cos\nsystem\nNR.",
            "REDUCE: object and None where a function and a tuple"),
    REFUSAL("\x80\x04"
            "cos\nsystem\n)N\x92.",
            "NEWOBJ_EX: arguments by name are no dict"),
    REFUSAL("\x80\x03"
            "C\x03x.",
            "SHORT_BINBYTES: it asks for more bytes"),
    REFUSAL("\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\xff.", "BYTEARRAY8: it asks for more bytes"),
    REFUSAL("\x80\x04](N\x90.", "ADDITEMS: it adds items to a list"),
    REFUSAL("\x80\x04\x91.", "FROZENSET: it takes a mark"),
    REFUSAL("\x80\x04\x8f(NNe\x8f.", "STOP: 2 values"),
    REFUSAL("\x80\x02(S'id'\nios\nsystem\n.", "STRING: opcode 0x53 is not allowed"),
    REFUSAL("\x80\x02(ios\nsystem\n.", "INST"),
    REFUSAL("\x80\x02(o.", "OBJ"),
    REFUSAL("\x80\x02)\x81.", "NEWOBJ"),
    REFUSAL("\x80\x04)}\x92.", "NEWOBJ_EX"),
    REFUSAL("\x80\x02\x82\x01.", "EXT1"),
    REFUSAL("\x80\x02\x83\x01\x01.", "EXT2"),
    REFUSAL("\x80\x02\x84\x01\x01\x01\x01.", "EXT4"),
    REFUSAL("\x80\x05\x97.", "NEXT_BUFFER"),
    REFUSAL("\x80\x02Px\n.", "PERSID"),
    REFUSAL("\x80\x02I1\n.", "INT"),
    REFUSAL("\x80\x02N2.", "DUP"),
    REFUSAL("\x80\x02\xff.", "0xff is not an opcode"),
    REFUSAL("\x80\x02\x85.", "TUPLE1: it takes a value"),
    REFUSAL("\x80\x02N(\x85.", "TUPLE1: it takes a value"),
    REFUSAL("\x80\x02N\x86.", "TUPLE2: it takes a value"),
    REFUSAL("\x80\x02t.", "TUPLE: it takes a mark"),
    REFUSAL("\x80\x02"
            "0.",
            "POP"),
    REFUSAL("\x80\x02"
            "1.",
            "POP_MARK"),
    REFUSAL("\x80\x02Na.", "APPEND"),
    REFUSAL("\x80\x02NNa.", "APPEND: it adds items to a None, not a list"),
    REFUSAL("\x80\x02](Nu.", "SETITEMS: it adds items to a list, not a dict"),
    REFUSAL("\x80\x02}(Nu.", "key without a value"),
    REFUSAL("\x80\x02}Ns.", "SETITEM"),
    REFUSAL("\x80\x02)Nb.", "BUILD: a tuple is given attributes"),
    REFUSAL("\x80\x02q\x00.", "BINPUT"),
    REFUSAL("\x80\x02(q\x00.", "BINPUT"),
    REFUSAL("\x80\x02h\x00.", "memo number 0 was never stored"),
    REFUSAL("\x80\x02Nq\x02h\x01.", "memo number 1 was never stored"),
    REFUSAL("\x80\x02Nr\xff\xff\xff\xff.", "memo number 4294967295 is out of range"),
    REFUSAL("\x80\x02X\xff\xff\xff\xffhi.", "more bytes than the pickle has"),
    REFUSAL("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffhi.", "more bytes than the pickle has"),
    REFUSAL("\x80\x02\x8b\xff\xff\xff\xff.", "more bytes than the pickle has"),
    REFUSAL("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff.", "frame is longer"),
    REFUSAL("\x80\x02G\x00\x00.", "in the middle of an opcode"),
    REFUSAL("\x80\x02NNR.", "None and None where a function"),
    REFUSAL("\x80\x02"
            "ccollections\nOrderedDict\nNR.",
            "REDUCE: global and None"),
    REFUSAL("\x80\x02"
            "ccollections\nOrderedDict\nN\x85R.",
            "collections.OrderedDict cannot be called"),
    REFUSAL("\x80\x02"
            "ctorch\nFloatStorage\n)R.",
            "torch.FloatStorage cannot be called"),
    REFUSAL("\x80\x02"
            "ctorch._utils\n_rebuild_tensor_v2\n)R.",
            "takes 6 or 7 arguments, not 0"),
    REFUSAL("\x80\x02"
            "ctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtR.",
            "a storage and an offset, not None and None"),
    REFUSAL("\x80\x02"
            "ctorch._utils\n_rebuild_parameter\nNNN\x87R.",
            "_rebuild_parameter cannot be called"),
    REFUSAL("\x80\x02NQ.", "BINPERSID: a persistent id is not"),
    REFUSAL("\x80\x02(U\x07storageNNNNtQ.", "BINPERSID: a storage needs a storage type"),
};

START_TEST(everything_else_is_refused)
{
    const refusal *c = &refusals[_i];
    unit_bytes bytes = unit_copy(c->bytes, c->size);
    mbt_pickle pickle;
    mbt_error error = {""};
    ck_assert(!mbt_pickle_read(bytes.data, bytes.size, &pickle, &error));
    unit_check_error(&error, "pickle, byte ");
    unit_check_error(&error, c->text);
    free(bytes.data);
}
END_TEST

typedef struct tensor_refusal {
    int64_t count, offset;
    size_t dims, stride_dims;
    int64_t shape, stride; /* all alike */
    const char *text;
} tensor_refusal;

static const tensor_refusal tensor_refusals[] = {
    {-1, 0, 1, 1, 1, 1, "a count"},
    {9, -1, 1, 1, 1, 1, "an offset"},
    {9, 0, 1, 1, -1, 1, "shape must hold whole numbers"},
    {9, 0, 1, 1, 1, -1, "strides must hold whole numbers"},
    {9, 0, 9, 9, 1, 1, "at most 8"},
    {9, 0, 2, 1, 1, 1, "2 dimensions and 1 strides"},
};

START_TEST(tensors_with_bad_numbers_are_refused)
{
    const tensor_refusal *c = &tensor_refusals[_i];
    builder b = {.size = 0};
    int64_t shape[9], strides[9];
    for (int i = 0; i < 9; ++i) {
        shape[i] = c->shape;
        strides[i] = c->stride;
    }
    PUT(&b, "\x80\x02"
            "ctorch._utils\n_rebuild_tensor_v2\n(");
    put_storage(&b, "FloatStorage", "0", c->count);
    put_integer(&b, c->offset);
    put_integers(&b, shape, c->dims);
    put_integers(&b, strides, c->stride_dims);
    PUT(&b, "\x89}tR.");
    mbt_pickle pickle;
    mbt_error error = {""};
    ck_assert(!mbt_pickle_read(b.bytes, b.size, &pickle, &error));
    unit_check_error(&error, c->text);
}
END_TEST

START_TEST(a_cut_pickle_is_an_error)
{
    builder b = {.size = 0};
    if (_i == 0)
        build_tree(&b);
    else
        build_tensor(&b);
    for (size_t size = 0; size < b.size; ++size) {
        unit_bytes bytes = unit_copy(b.bytes, size);
        mbt_pickle pickle;
        mbt_error error = {""};
        ck_assert_msg(!mbt_pickle_read(bytes.data, bytes.size, &pickle, &error), "%zu bytes", size);
        ck_assert_uint_ne(strlen(error.text), 0);
        free(bytes.data);
    }
}
END_TEST

START_TEST(damage_is_an_error_or_data)
{
    builder b = {.size = 0};
    uint64_t seed = 0x9e3779b97f4a7c15u + (uint64_t)_i;
    int errors = 0;
    if (_i == 0)
        build_tree(&b);
    else
        build_tensor(&b);
    for (int i = 0; i < 20000; ++i) {
        unit_bytes bytes = unit_copy(b.bytes, b.size);
        mbt_pickle pickle;
        mbt_error error = {""};
        unit_damage(bytes, &seed);
        const bool done = mbt_pickle_read(bytes.data, bytes.size, &pickle, &error);
        ck_assert_msg(done == (error.text[0] == '\0'), "round %d", i);
        errors += !done;
        mbt_pickle_free(&pickle);
        free(bytes.data);
    }
    ck_assert_int_gt(errors, 5000);
}
END_TEST

/* Opcodes alone, in any order. */
START_TEST(noise_is_an_error_or_data)
{
    static const char opcodes[] = "((NNKq\x00h\x00)t]}aeus0011RQb\x85\x86\x87\x88\x89\x94\x93.X\x01\x00\x00\x00z";
    uint64_t seed = 12345;
    for (int i = 0; i < 20000; ++i) {
        uint8_t bytes[64] = {0x80, 4};
        for (size_t k = 2; k < sizeof bytes; ++k)
            bytes[k] = (uint8_t)opcodes[unit_random(&seed) % (sizeof opcodes - 1)];
        mbt_pickle pickle;
        mbt_error error = {""};
        ck_assert(mbt_pickle_read(bytes, sizeof bytes, &pickle, &error) == (error.text[0] == '\0'));
        mbt_pickle_free(&pickle);
    }
}
END_TEST

/* The greediest opcodes, a million of them, stay within the memory that the pickle's size allows, and depth costs no
 * stack. */
START_TEST(a_million_opcodes_are_no_trouble)
{
    static const char greedy[] = "N(])}";
    const size_t size = 1000000;
    uint8_t *bytes = malloc(size);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, greedy[_i], size);
    memcpy(bytes, "\x80\x02", 2);
    mbt_pickle pickle;
    mbt_error error = {""};
    ck_assert(!mbt_pickle_read(bytes, size, &pickle, &error));
    unit_check_error(&error, "without STOP");
    memset(bytes + 2, ')', 1);
    memset(bytes + 3, '\x85', size - 4); /* (((...,),),) */
    bytes[size - 1] = '.';
    error.text[0] = '\0';
    ck_assert_msg(mbt_pickle_read(bytes, size, &pickle, &error), "%s", error.text);
    ck_assert_uint_eq(pickle.root->as.list.count, 1);
    mbt_pickle_free(&pickle);
    free(bytes);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("pickle");
    tcase_add_loop_test(tests, scalars_have_their_values, 0, COUNT(scalar_cases));
    tcase_add_test(tests, containers_hold_their_items);
    tcase_add_test(tests, a_tensor_is_described);
    tcase_add_test(tests, an_untyped_tensor_is_described);
    tcase_add_test(tests, a_list_may_contain_itself);
    tcase_add_loop_test(tests, everything_unknown_is_an_object, 0, COUNT(object_cases));
    tcase_add_test(tests, the_name_of_an_object_is_cut);
    tcase_add_loop_test(tests, everything_else_is_refused, 0, COUNT(refusals));
    tcase_add_loop_test(tests, tensors_with_bad_numbers_are_refused, 0, COUNT(tensor_refusals));
    tcase_add_loop_test(tests, a_cut_pickle_is_an_error, 0, 2);
    tcase_add_loop_test(tests, damage_is_an_error_or_data, 0, 2);
    tcase_add_test(tests, noise_is_an_error_or_data);
    tcase_add_loop_test(tests, a_million_opcodes_are_no_trouble, 0, 5);
    return unit_main(tests, "pickle");
}
