/* test_torch_zip.c: torch.save archives put together here to be wrong. */
#include <zip.h>

#include "tests/unit/compiler/damaged_checkpoint.h"
#include "tests/unit/compiler/pickle_builder.h"

typedef struct entry {
    const char *name;
    const void *bytes;
    size_t size;
} entry;

static unit_bytes make_archive(const entry *entries, size_t count)
{
    zip_error_t reason;
    zip_error_init(&reason);
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, &reason);
    ck_assert_ptr_nonnull(target);
    zip_source_keep(target);
    zip_t *zip = zip_open_from_source(target, ZIP_TRUNCATE, &reason);
    ck_assert_ptr_nonnull(zip);
    for (size_t i = 0; i < count; ++i) {
        zip_source_t *source = zip_source_buffer(zip, entries[i].bytes, entries[i].size, 0);
        ck_assert_int_ge(zip_file_add(zip, entries[i].name, source, ZIP_FL_ENC_UTF_8), 0);
    }
    ck_assert_int_eq(zip_close(zip), 0);
    zip_stat_t stat;
    ck_assert_int_eq(zip_source_stat(target, &stat), 0);
    unit_bytes bytes = {malloc((size_t)stat.size), (size_t)stat.size};
    ck_assert_ptr_nonnull(bytes.data);
    ck_assert_int_eq(zip_source_open(target), 0);
    ck_assert_int_eq(zip_source_read(target, bytes.data, stat.size), (zip_int64_t)stat.size);
    zip_source_close(target);
    zip_source_free(target);
    return bytes;
}

/* Reads an archive and frees it. text: what its error says; NULL: it is right. Returns whether there are tensors. */
static bool read_made(unit_bytes bytes, const char *text, mbt_tensors *tensors)
{
    mbt_error error = {""};
    const bool done = mbt_checkpoint_read(bytes.data, bytes.size, "made", NULL, tensors, &error);
    ck_assert_msg(done == (text == NULL), "%s", error.text);
    if (text != NULL)
        unit_check_error(&error, text);
    free(bytes.data);
    return done;
}

/* {"w": a tensor of a storage of 32 bytes under the key 0}, and its archive. */
static unit_bytes tensor_archive(const char *type, int64_t count, int64_t offset, size_t dims, const int64_t *shape,
                                 const int64_t *strides)
{
    static const uint8_t storage[32] = {0};
    builder b = {.size = 0};
    PUT(&b, "\x80\x02}");
    put_text(&b, "w");
    put_tensor(&b, type, "0", count, offset, dims, shape, strides);
    PUT(&b, "s.");
    const entry entries[] = {{"a/data.pkl", b.bytes, b.size}, {"a/data/0", storage, sizeof storage}};
    return make_archive(entries, 2);
}

typedef struct bounds_case {
    const char *type;
    int64_t count, offset, shape[2], strides[2];
    const char *text; /* NULL: it is right */
} bounds_case;

static const bounds_case bounds_cases[] = {
    {"FloatStorage", 8, 0, {2, 4}, {4, 1}, NULL},
    {"DoubleStorage", 4, 0, {2, 2}, {2, 1}, NULL},
    {"BFloat16Storage", 16, 4, {2, 2}, {1, 10}, NULL},
    {"FloatStorage", 8, 0, {1000, 1000}, {0, 0}, NULL},
    {"FloatStorage", 9, 0, {2, 4}, {4, 1}, "does not have the size of 9 elements of 4 bytes"},
    {"FloatStorage", 7, 0, {2, 2}, {2, 1}, "does not have the size of 7 elements of 4 bytes"},
    {"HalfStorage", 8, 0, {2, 2}, {2, 1}, "does not have the size of 8 elements of 2 bytes"},
    {"FloatStorage", INT64_MAX, 0, {2, 2}, {2, 1}, "does not have the size"},
    {"FloatStorage", INT64_C(1) << 62, 0, {2, 2}, {2, 1}, "does not have the size"},
    {"FloatStorage", 8, 1, {2, 4}, {4, 1}, "'w' reaches beyond its storage of 8 elements"},
    {"FloatStorage", 8, 0, {2, 4}, {5, 1}, "'w' reaches beyond its storage"},
    {"FloatStorage", 8, INT64_MAX, {2, 2}, {1, 1}, "'w' reaches beyond its storage"},
    {"FloatStorage", 8, 0, {2, 3}, {INT64_MAX, INT64_MAX}, "'w' reaches beyond its storage"},
    {"FloatStorage", 8, 0, {INT64_MAX, INT64_MAX}, {0, 0}, "more elements than a file of"},
    {"FloatStorage", 8, 0, {100000, 100000}, {0, 0}, "more elements than a file of"},
};

START_TEST(tensors_stay_inside_their_storage)
{
    const bounds_case *c = &bounds_cases[_i];
    unit_bytes bytes = tensor_archive(c->type, c->count, c->offset, 2, c->shape, c->strides);
    mbt_tensors tensors;
    read_made(bytes, c->text, &tensors);
    mbt_tensors_free(&tensors);
}
END_TEST

typedef struct metadata_case {
    const char *opcodes;
    size_t size;
    const char *text; /* NULL: it is right */
} metadata_case;

#define METADATA(opcodes, text)            \
    {                                      \
        opcodes, sizeof(opcodes) - 1, text \
    }

static const metadata_case metadata_cases[] = {
    METADATA("N", NULL),
    METADATA("}", NULL),
    METADATA("}(U\x03neg\x89U\x04"
             "conj\x89u",
             NULL),
    METADATA("}U\x03neg\x88s", "tensor 'w': its metadata sets 'neg'"),
    METADATA("}(U\x03neg\x89U\x04"
             "conj\x88u",
             "tensor 'w': its metadata sets 'conj'"),
    METADATA("}U\x05otherNs", "tensor 'w': its metadata sets 'other'"),
    METADATA("}K\x01\x88s", "tensor 'w': its metadata sets ''"),
    METADATA("\x88", "tensor 'w': its metadata is of type bool"),
};

/* The seventh argument of torch's function: {"neg": True} where the numbers of the storage have the wrong sign. */
START_TEST(marked_tensors_are_refused)
{
    const metadata_case *c = &metadata_cases[_i];
    static const uint8_t storage[8] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0x40};
    const int64_t shape[] = {2}, strides[] = {1};
    builder b = {.size = 0};
    PUT(&b, "\x80\x02}");
    put_text(&b, "w");
    put_marked_tensor(&b, "FloatStorage", "0", 2, 0, 1, shape, strides, c->opcodes, c->size);
    PUT(&b, "s.");
    const entry entries[] = {{"a/data.pkl", b.bytes, b.size}, {"a/data/0", storage, sizeof storage}};
    const float values[] = {1.0f, 2.0f};
    mbt_tensors tensors;
    if (read_made(make_archive(entries, 2), c->text, &tensors))
        unit_check_vector(&tensors, "w", values, 2);
    mbt_tensors_free(&tensors);
}
END_TEST

/* A storage of 1 MiB that hardly deflates (to nine tenths), seen as a row of 2^18 that repeats: four elements for each
 * byte of the file and 2^20 more are allowed, 18 to 20 rows. */
START_TEST(views_may_not_outgrow_the_file)
{
    const size_t size = 1u << 20;
    uint8_t *noise = malloc(size);
    uint64_t seed = 99;
    ck_assert_ptr_nonnull(noise);
    for (size_t i = 0; i < size; ++i)
        noise[i] = (uint8_t)unit_random(&seed) & 0xbfu; /* exponents of floats below 2: no infinity */
    const int64_t rows[] = {17, 21}, strides[] = {0, 1};
    for (size_t i = 0; i < 2; ++i) {
        const int64_t shape[] = {rows[i], (int64_t)size / 4};
        builder b = {.size = 0};
        PUT(&b, "\x80\x02}");
        put_text(&b, "w");
        put_tensor(&b, "FloatStorage", "0", (int64_t)size / 4, 0, 2, shape, strides);
        PUT(&b, "s.");
        const entry entries[] = {{"a/data.pkl", b.bytes, b.size}, {"a/data/0", noise, size}};
        mbt_tensors tensors;
        read_made(make_archive(entries, 2), i == 0 ? NULL : "tensor 'w': more elements than a file of", &tensors);
        mbt_tensors_free(&tensors);
    }
    free(noise);
}
END_TEST

#define ENTRY(name, literal)               \
    {                                      \
        name, literal, sizeof(literal) - 1 \
    }

typedef struct archive_case {
    entry entries[4];
    size_t count;
    const char *text;
} archive_case;

/* {"w": a tensor of two floats} */
#define PICKLE                                                                                    \
    "\x80\x02}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01" \
    "0U\x03"                                                                                      \
    "cpu"                                                                                         \
    "K\x02tQK\x00K\x02\x85K\x01\x85\x89)tRs."

static const archive_case archive_cases[] = {
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("a/data/0", "\0\0\0\0\0\0\x80\x3f")}, 2, NULL},
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("a/data/0", "\0\0\0\0\0\0\x80\x3f"), ENTRY("a/byteorder", "little")}, 3, NULL},
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("a/data/0", "\0\0\0\0\0\0\x80\x3f"), ENTRY("a/byteorder", "big")},
     3,
     "byte order 'big'"},
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("a/data/0", ""), ENTRY("a/byteorder", "little           ")},
     3,
     "entry byteorder: 17 bytes"},
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("a/data/0", "\0\0\0\0\0\0\x80\x7f")}, 2, "tensor 'w': element 1 is infinite"},
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("b/data/0", "\0\0\0\0\0\0\x80\x3f")}, 2, "has no storage data/0"},
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("b/data.pkl", PICKLE)}, 2, "more than one data.pkl"},
    {{ENTRY("a/data.pkl", PICKLE), ENTRY("a/constants.pkl", "")}, 2, "TorchScript"},
    {{ENTRY("data.pkl", PICKLE)}, 1, "without data.pkl"},
    {{ENTRY("a/b/data.pkl", PICKLE)}, 1, "without data.pkl"},
    {{ENTRY("a/data.pkl", "\x80\x02}.")}, 1, "found: an empty dict"},
    {{ENTRY("a/data.pkl", "\x80\x02}(K\x07NNNX\x01\x00\x00\x00zNu.")}, 1, "found: int, None, z"},
    {{ENTRY("a/data.pkl", "\x80\x02K\x01.")}, 1, "the file's value is of type int"},
    {{ENTRY("a/data.pkl", "")}, 1, "pickle, byte 0"},
    {{ENTRY("a/data.pkl", "\x80\x02"
                          "cos\nsystem\nX\x02\x00\x00\x00id\x85R.")},
     1,
     "global 'os.system' is not allowed"},
    {{ENTRY("a/data.pkl", "\x80\x04\x8c\x08"
                          "builtins\x8c\x04"
                          "eval\x93.")},
     1,
     "global 'builtins.eval' is not allowed"},
};

START_TEST(archives_must_be_whole)
{
    const archive_case *c = &archive_cases[_i];
    unit_bytes bytes = make_archive(c->entries, c->count);
    mbt_tensors tensors;
    if (read_made(bytes, c->text, &tensors)) {
        const float values[] = {0.0f, 1.0f};
        unit_check_vector(&tensors, "w", values, 2);
    }
    mbt_tensors_free(&tensors);
}
END_TEST

typedef struct dict_case {
    const char *before, *after; /* opcodes around a tensor on top of a dict */
    size_t before_size, after_size;
    const char *text;
} dict_case;

#define AROUND(before, after, text)                                \
    {                                                              \
        before, after, sizeof(before) - 1, sizeof(after) - 1, text \
    }

static const dict_case dict_cases[] = {
    AROUND("U\x01x", "sU\x01y]s", NULL),
    AROUND("U\x01x",
           "sU\x05"
           "epochK\x07s",
           NULL),
    AROUND("U\x01x", "q\x01sU\x01yh\x01s", NULL), /* one tensor, two names */
    AROUND("U\x01x",
           "q\x01sU\x01x"
           "h\x01s",
           "tensor 'x' is given twice"),
    AROUND("U\x01x",
           "q\x01sU\x03sub}U\x01"
           "ah\x01ss",
           "entry 'sub' of the state dict is a dict with tensors inside"),
    AROUND("U\x01x",
           "q\x01sU\x03sub]K\x01h\x01\x86"
           "as",
           "entry 'sub' of the state dict is a list with tensors"),
    AROUND("K\x01", "s", "name in the state dict is of type int"),
    AROUND("U\x00", "s", "a tensor's name has 0 bytes"),
    AROUND("U\x03"
           "a\x00"
           "b",
           "s", "a tensor's name has 3 bytes or contains a zero"),
    AROUND("U\x09generator}U\x01x", "ssU\x05model}U\x01yK\x01ss", NULL),
    AROUND("U\x09generatorNsU\x05model}U\x01x", "ss", NULL),
    AROUND("U\x03net}U\x01x", "ss", "found: net"),
    AROUND("U\x01x",
           "sU\x01y]q\x07h\x07"
           "as",
           NULL), /* a list within itself */
    AROUND("U\x01x", "sU\x03objcos\nsystem\n)Rs", NULL),
    AROUND("U\x01x", "scos\nsystem\nNs", NULL), /* an object's name */
    AROUND("cos\nsystem\n", "s", "name in the state dict is of type object"),
    AROUND("U\x05model}U\x05model}U\x05model}U\x01x", "ssss", NULL),
    AROUND("U\x05modelq\x01}q\x02h\x01h\x02sU\x01x", "ss",
           "entry 'model' of the state dict is a dict with tensors"), /* a dict within itself */
    AROUND("U\x03netq\x01}q\x02h\x01h\x02sU\x01x", "ss", "found: net; --key NAME takes those under one of: net"),
};

START_TEST(the_state_dict_is_chosen)
{
    const dict_case *c = &dict_cases[_i];
    static const uint8_t storage[32] = {0};
    const int64_t shape[] = {8}, strides[] = {1};
    builder b = {.size = 0};
    PUT(&b, "\x80\x02}");
    put(&b, c->before, c->before_size);
    put_tensor(&b, "FloatStorage", "0", 8, 0, 1, shape, strides);
    put(&b, c->after, c->after_size);
    PUT(&b, ".");
    const entry entries[] = {{"a/data.pkl", b.bytes, b.size}, {"a/data/0", storage, sizeof storage}};
    unit_bytes bytes = make_archive(entries, 2);
    mbt_tensors tensors;
    if (read_made(bytes, c->text, &tensors))
        unit_find(&tensors, "x");
    mbt_tensors_free(&tensors);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    static const uint8_t storage[32] = {0};
    const int64_t shape[] = {8}, strides[] = {1};
    builder b = {.size = 0};
    PUT(&b, "\x80\x02}");
    put_text(&b, "x");
    put_tensor(&b, "FloatStorage", "0", 8, 0, 1, shape, strides);
    PUT(&b, "s");
    put_text(&b, "deep");
    PUT(&b, ")");
    for (int i = 0; i < 5000; ++i)
        PUT(&b, "\x85");
    PUT(&b, "s.");
    const entry entries[] = {{"a/data.pkl", b.bytes, b.size}, {"a/data/0", storage, sizeof storage}};
    unit_bytes bytes = make_archive(entries, 2);
    mbt_tensors tensors;
    read_made(bytes, "entry 'deep' of the state dict", &tensors);
}
END_TEST

/* Damage behind the checksum: every bit of a pickle is flipped, then it is packed as if it were right. */
START_TEST(a_damaged_pickle_is_an_error_or_data)
{
    static const uint8_t storage[32] = {0};
    const int64_t shape[] = {2, 3}, strides[] = {1, 2};
    builder b = {.size = 0};
    int good = 0;
    PUT(&b, "\x80\x02}");
    put_text(&b, "w");
    put_tensor(&b, "FloatStorage", "0", 8, 1, 2, shape, strides);
    PUT(&b, "s.");
    for (size_t bit = 0; bit < 8 * b.size; ++bit) {
        unit_bytes pickle = unit_copy(b.bytes, b.size);
        pickle.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const entry entries[] = {{"a/data.pkl", pickle.data, pickle.size}, {"a/data/0", storage, sizeof storage}};
        unit_bytes bytes = make_archive(entries, 2);
        good += read_damaged(bytes);
        free(bytes.data);
        free(pickle.data);
    }
    ck_assert_int_gt(good, 20); /* a bit of the location or a name does no harm */
    ck_assert_int_lt(good, (int)b.size);
}
END_TEST

/* 8 MiB of zeros deflate to 8 KiB. Neither as a pickle nor as a storage is it read further than its size. */
START_TEST(bombs_are_not_unpacked)
{
    const size_t size = 8u << 20;
    uint8_t *zeros = calloc(size, 1);
    ck_assert_ptr_nonnull(zeros);
    const entry pickle_bomb[] = {{"a/data.pkl", zeros, size}};
    const entry storage_bomb[] = {ENTRY("a/data.pkl", PICKLE), {"a/data/0", zeros, size}};
    const entry *const bombs[] = {pickle_bomb, storage_bomb};
    const char *const texts[] = {"entry data.pkl: 8388608 bytes; at most", "does not have the size of 2 elements"};
    for (size_t i = 0; i < 2; ++i) {
        unit_bytes bytes = make_archive(bombs[i], i + 1);
        ck_assert_uint_lt(bytes.size, size / 500);
        mbt_tensors tensors;
        read_made(bytes, texts[i], &tensors);
    }
    const int64_t count[] = {(int64_t)size / 4}, stride[] = {1};
    builder b = {.size = 0}; /* and a storage that is as large as it says */
    PUT(&b, "\x80\x02}");
    put_text(&b, "w");
    put_tensor(&b, "FloatStorage", "0", count[0], 0, 1, count, stride);
    PUT(&b, "s.");
    const entry honest[] = {{"a/data.pkl", b.bytes, b.size}, {"a/data/0", zeros, size}};
    unit_bytes bytes = make_archive(honest, 2);
    mbt_tensors tensors;
    read_made(bytes, "more elements than a file of", &tensors);
    free(zeros);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("torch_zip");
    tcase_add_loop_test(tests, tensors_stay_inside_their_storage, 0, COUNT(bounds_cases));
    tcase_add_loop_test(tests, marked_tensors_are_refused, 0, COUNT(metadata_cases));
    tcase_add_test(tests, views_may_not_outgrow_the_file);
    tcase_add_loop_test(tests, archives_must_be_whole, 0, COUNT(archive_cases));
    tcase_add_loop_test(tests, the_state_dict_is_chosen, 0, COUNT(dict_cases));
    tcase_add_test(tests, deep_nesting_is_refused);
    tcase_add_test(tests, a_damaged_pickle_is_an_error_or_data);
    tcase_add_test(tests, bombs_are_not_unpacked);
    return unit_main(tests, "torch_zip");
}
