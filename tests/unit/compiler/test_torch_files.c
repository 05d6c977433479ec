/* test_torch_files.c: checkpoints that PyTorch wrote, whole, cut and damaged. */
#include "tests/unit/compiler/damaged_checkpoint.h"

static bool read_file(const char *name, mbt_tensors *tensors, mbt_error *error)
{
    unit_bytes bytes = unit_read(name);
    const bool done = mbt_checkpoint_read(bytes.data, bytes.size, name, NULL, tensors, error);
    free(bytes.data);
    return done;
}

static void read_good_file(const char *name, mbt_tensors *tensors)
{
    mbt_error error = {""};
    const bool done = read_file(name, tensors, &error);
    ck_assert_msg(done, "%s", error.text);
}

/* The state dict of tools/dev/make-unit-data. */
static void check_state_dict(const mbt_tensors *tensors)
{
    const float bias[] = {-1.0f, 0.5f, 2.0f};
    ck_assert_uint_eq(tensors->count, 4);
    unit_check_ramp(tensors, "layer.weight", 3, 4, -2.5f, 4.0f, 1.0f);
    unit_check_vector(tensors, "layer.bias", bias, 3);
    ck_assert_uint_eq(unit_find(tensors, "scale")->dims, 0);
    ck_assert(unit_find(tensors, "scale")->data[0] == 3.25f);
    ck_assert(unit_find(tensors, "steps")->data[0] == 7.0f);
}

static const char *const good_files[] = {
    "protocol2.pth",
    "protocol3.pth",
    "protocol4.pth",
    "protocol5.pth",
    "top.pth",
    "state_dict.pth",
    "model.pth",
    "deflated.pth",
    "half.pth",
    "bfloat16.pth",
    "double.pth",
    /* objects beside the weights, and attributes of Parameters */
    "training/objects2.pth",
    "training/objects4.pth",
    "training/objects5.pth",
    "training/attributes.pth",
    /* prefixes of wrappers */
    "training/compiled.pth",
    "training/compiled-parallel.pth",
    "training/parallel-compiled.pth",
    "training/compiled-parts.pth",
    "training/averaged.pth",
};

START_TEST(state_dicts_are_read)
{
    mbt_tensors tensors;
    read_good_file(good_files[_i], &tensors);
    check_state_dict(&tensors);
    mbt_tensors_free(&tensors);
}
END_TEST

static bool read_key(const char *name, const char *key, mbt_tensors *tensors, mbt_error *error)
{
    unit_bytes bytes = unit_read(name);
    const bool done = mbt_checkpoint_read(bytes.data, bytes.size, name, key, tensors, error);
    free(bytes.data);
    return done;
}

typedef struct key_case {
    const char *name, *key, *text; /* text: what is wrong; NULL: it is right */
    float scale;                   /* of the floats of make-unit-data's state dict */
} key_case;

static const key_case key_cases[] = {
    {"training/networks.pth", "nets.first", NULL, 2},
    {"training/networks.pth", "nets.second", NULL, 1},
    {"training/networks.pth", "nets.second.state_dict", NULL, 1},
    {"training/networks.pth", "nets.second.state_dict.module", NULL, 1},
    {"training/networks.pth", "ema.slow", NULL, 4},
    {"training/networks.pth", NULL, "--key NAME takes those under one of: nets.first, nets.second.state_dict, ema.slow",
     0},
    {"training/networks.pth", "nets",
     "no tensors under 'nets'; dicts with tensors: nets.first, nets.second.state_dict, ema", 0},
    {"training/networks.pth", "nets.third", "no tensors under 'nets.third'; dicts with tensors: nets.first", 0},
    {"training/networks.pth", "epoch", "no tensors under 'epoch'", 0},
    {"training/networks.pth", "", "no tensors under ''", 0},
    {"training/networks.pth", ".", "no tensors under '.'", 0},
    {"training/networks.pth", "..", "no tensors under '..'", 0},
    {"training/side-by-side.pth", "generator", NULL, 1},
    {"training/side-by-side.pth", "state_dict.generator", NULL, 1},
    {"training/side-by-side.pth", "discriminator", "tensor 'bad': element 0 is NaN", 0},
    {"training/side-by-side.pth", "gen",
     "no tensors under 'gen'; dicts with tensors: state_dict; names begin with: generator, disc", 0},
    {"training/side-by-side.safetensors", "generator", NULL, 1},
    {"training/side-by-side.safetensors", "module.generator", NULL, 1},
    {"training/side-by-side.safetensors", "generato", "no tensors under 'generato'; names begin with: generator, other",
     0},
    {"discriminator.pth", "discriminator", NULL, 1},
    {"top.pth", "scale", "no tensors under 'scale'; names begin with: layer, scale, steps", 0},
    {"list.pth", "x", "the file's value is of type list", 0},
};

START_TEST(a_key_chooses_the_network)
{
    const key_case *c = &key_cases[_i];
    mbt_tensors tensors;
    mbt_error error = {""};
    const bool done = read_key(c->name, c->key, &tensors, &error);
    ck_assert_msg(done == (c->text == NULL), "%s", error.text);
    if (done) {
        ck_assert_uint_eq(tensors.count, 4);
        unit_check_ramp(&tensors, "layer.weight", 3, 4, -2.5f * c->scale, 4.0f * c->scale, c->scale);
        ck_assert(unit_find(&tensors, "steps")->data[0] == 7.0f);
    } else {
        unit_check_error(&error, c->text);
    }
    mbt_tensors_free(&tensors);
}
END_TEST

/* As other programs wrote them: {"generator": {"a.weight": two zeros}}, with a numpy scalar beside it or the prefix. */
START_TEST(foreign_files_are_read)
{
    static const char *const names[] = {"training/numpy-scalar-beside.pth", "training/orig-mod-prefix.pth"};
    const float values[] = {0, 0};
    for (int i = 0; i < COUNT(names); ++i) {
        mbt_tensors tensors;
        read_good_file(names[i], &tensors);
        ck_assert_uint_eq(tensors.count, 1);
        unit_check_vector(&tensors, "a.weight", values, 2);
        mbt_tensors_free(&tensors);
    }
}
END_TEST

/* They are named to whoever needs a tensor of their name, and are not left over. */
START_TEST(objects_in_the_state_dict_are_kept_by_name)
{
    mbt_tensors tensors;
    read_good_file("training/object-in-state.pth", &tensors);
    ck_assert_uint_eq(tensors.count, 6);
    ck_assert_str_eq(unit_find(&tensors, "best")->object, "numpy.core.multiarray.scalar");
    ck_assert_str_eq(unit_find(&tensors, "raw.weight")->object, "numpy.core.multiarray._reconstruct");
    ck_assert(unit_find(&tensors, "raw.weight")->used && unit_find(&tensors, "raw.weight")->count == 0);
    ck_assert_ptr_null(unit_find(&tensors, "scale")->object);
    mbt_tensors_free(&tensors);
}
END_TEST

START_TEST(views_are_made_row_major)
{
    mbt_tensors tensors;
    float row[6];
    for (int i = 0; i < 6; ++i)
        row[i] = 18.0f + (float)i;
    read_good_file("views.pth", &tensors);
    ck_assert_uint_eq(tensors.count, 8);
    unit_check_ramp(&tensors, "base", 4, 6, 0, 6, 1);
    unit_check_ramp(&tensors, "transposed", 6, 4, 0, 1, 6);
    unit_check_ramp(&tensors, "slice", 2, 3, 7, 6, 2);
    unit_check_vector(&tensors, "row", row, 6);
    unit_check_ramp(&tensors, "expanded", 5, 2, 16, 0, 0);
    unit_check_ramp(&tensors, "expanded_row", 3, 6, 6, 0, 1);
    unit_check_ramp(&tensors, "empty", 0, 6, 0, 0, 0);
    unit_check_ramp(&tensors, "parameter", 2, 6, 0, 6, 1);
    mbt_tensors_free(&tensors);
}
END_TEST

START_TEST(integers_are_converted)
{
    mbt_tensors tensors;
    const float int64[] = {-0x1p40f, -1, 0, 0x1p40f}, int32[] = {-0x1p31f, -1, 0, 65536};
    const float int16[] = {-32768, -1, 0, 32767}, int8[] = {-128, -1, 0, 127};
    const float uint8[] = {0, 1, 128, 255}, truth[] = {0, 1, 1, 0};
    read_good_file("integers.pth", &tensors);
    unit_check_vector(&tensors, "int64", int64, 4);
    unit_check_vector(&tensors, "int32", int32, 4);
    unit_check_vector(&tensors, "int16", int16, 4);
    unit_check_vector(&tensors, "int8", int8, 4);
    unit_check_vector(&tensors, "uint8", uint8, 4);
    unit_check_vector(&tensors, "bool", truth, 4);
    ck_assert_int_eq((int)unit_find(&tensors, "int16")->element, MBT_ELEMENT_I16);
    ck_assert_int_eq((int)unit_find(&tensors, "bool")->element, MBT_ELEMENT_BOOL);
    mbt_tensors_free(&tensors);
}
END_TEST

typedef struct bad_file {
    const char *name, *text;
} bad_file;

static const bad_file bad_files[] = {
    {"discriminator.pth", "found: epoch, loss, best, resumed, seed, optimizer, discriminator"},
    {"list.pth", "the file's value is of type list"},
    {"nan.pth", "tensor 'bad': element 1 is NaN"},
    {"huge.pth", "tensor 'bad': element 1 is infinite or beyond the range of float"},
    {"legacy.pth", "before PyTorch 1.6"},
    {"training/twice.pth", "tensor 'layer.weight' is there twice, with and without the prefix"},
    {"whole-model.pth", "'torch.nn.modules.activation.ReLU' is not allowed"},
};

START_TEST(other_files_are_refused)
{
    mbt_tensors tensors;
    mbt_error error = {""};
    ck_assert(!read_file(bad_files[_i].name, &tensors, &error));
    unit_check_error(&error, bad_files[_i].name);
    unit_check_error(&error, bad_files[_i].text);
    ck_assert_uint_eq(tensors.count, 0);
}
END_TEST

START_TEST(files_without_a_format_are_refused)
{
    const char *const contents[] = {"", "P", "PK\3\4", "{}", "hello, world"};
    for (int i = 0; i < COUNT(contents); ++i) {
        mbt_tensors tensors;
        mbt_error error = {""};
        ck_assert(!mbt_checkpoint_read(contents[i], strlen(contents[i]), "some.pth", NULL, &tensors, &error));
        unit_check_error(&error, "some.pth: ");
    }
}
END_TEST

static const char *const cut_files[] = {"protocol2.pth", "protocol5.pth", "views.pth", "deflated.pth",
                                        "training/objects4.pth"};

START_TEST(strangers_are_called_by_name)
{
    /* The first is the example of Git LFS's specification. */
    const char *const contents[][2] = {
        {"version https://git-lfs.github.com/spec/v1\noid "
         "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d1"
         "7e2393\nsize 12345\n",
         "some.pth: a pointer of Git LFS, not the file itself; `git lfs pull` fetches that"},
        {"<!DOCTYPE html><html>", "a page of HTML"},
        {"<html>", "a page of HTML"},
        {"\x1f\x8b\x08", "compressed with gzip"},
    };
    for (int i = 0; i < COUNT(contents); ++i) {
        mbt_tensors tensors;
        mbt_error error = {""};
        ck_assert(!mbt_checkpoint_read(contents[i][0], strlen(contents[i][0]), "some.pth", NULL, &tensors, &error));
        unit_check_error(&error, contents[i][1]);
    }
}
END_TEST

START_TEST(a_file_cut_anywhere_is_an_error)
{
    unit_check_cuts(cut_files[_i]);
}
END_TEST

START_TEST(damage_is_an_error_or_data)
{
    unit_bytes whole = unit_read(cut_files[_i]);
    uint64_t seed = 0x853c49e6748fea9bu + (uint64_t)_i;
    for (int i = 0; i < 3000; ++i) {
        unit_bytes bytes = unit_copy(whole.data, whole.size);
        unit_damage(bytes, &seed);
        read_damaged(bytes);
        free(bytes.data);
    }
    free(whole.data);
}
END_TEST

START_TEST(a_damaged_storage_is_noticed)
{
    const uint8_t first[] = {0x00, 0x00, 0x20, 0xc0, 0x00, 0x00, 0xc0, 0xbf}; /* layer.weight: -2.5, -1.5 */
    unit_bytes bytes = unit_read("top.pth");
    size_t at = 0;
    while (at + sizeof first < bytes.size && memcmp(bytes.data + at, first, sizeof first) != 0)
        ++at;
    ck_assert_uint_lt(at + sizeof first, bytes.size);
    bytes.data[at + 2] ^= 1;
    mbt_tensors tensors;
    mbt_error error = {""};
    ck_assert(!mbt_checkpoint_read(bytes.data, bytes.size, "top", NULL, &tensors, &error));
    unit_check_error(&error, "entry layer.weight: damaged (CRC error");
    free(bytes.data);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("torch_files");
    tcase_add_loop_test(tests, state_dicts_are_read, 0, COUNT(good_files));
    tcase_add_loop_test(tests, a_key_chooses_the_network, 0, COUNT(key_cases));
    tcase_add_test(tests, foreign_files_are_read);
    tcase_add_test(tests, objects_in_the_state_dict_are_kept_by_name);
    tcase_add_test(tests, views_are_made_row_major);
    tcase_add_test(tests, integers_are_converted);
    tcase_add_loop_test(tests, other_files_are_refused, 0, COUNT(bad_files));
    tcase_add_test(tests, files_without_a_format_are_refused);
    tcase_add_test(tests, strangers_are_called_by_name);
    tcase_add_loop_test(tests, a_file_cut_anywhere_is_an_error, 0, COUNT(cut_files));
    tcase_add_loop_test(tests, damage_is_an_error_or_data, 0, COUNT(cut_files));
    tcase_add_test(tests, a_damaged_storage_is_noticed);
    return unit_main(tests, "torch_files");
}
