/* mambattention.h: speech enhancement with MambAttention (arXiv 2507.00966) on any CPU.
 *
 * The library removes noise from one channel of speech. A recording goes in whole and comes out as long as it went in:
 *
 *     mbt_options options;
 *     mbt_options_init(&options);
 *     mbt_enhancer *enhancer = NULL;
 *     mbt_status status = mbt_open(mbt_model_default(), &options, &enhancer);
 *     if (status == MBT_OK) status = mbt_enhance(enhancer, noisy, clean, samples);
 *     if (status != MBT_OK) fprintf(stderr, "%s\n", mbt_status_string(status));
 *     mbt_close(enhancer);
 *
 * A recording that is not there yet, or too long to be held, goes in and comes out in blocks of any size (mbt_push).
 *
 * Samples are float, nominally in [-1, 1], at mbt_model_info.sample_rate. Any scale works: the network normalises the
 * level of the recording and the result has the level of the input. The output may exceed [-1, 1] where the input
 * nearly did; mbt_to_s16 saturates.
 *
 * Threads: any number of enhancers may run at once. One enhancer serves one call at a time. All other functions may be
 * called from any thread (those that look at MBT_ISA, as long as nobody sets the environment meanwhile).
 * The output has the same bits for every kernel (mbt_isa), every number of threads and on every machine, between builds
 * that agree in MBT_SLEEF. The caller's floating-point mode (rounding, flush to zero) has no influence and is left as
 * it is. */
#ifndef MAMBATTENTION_MAMBATTENTION_H
#define MAMBATTENTION_MAMBATTENTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MBT_VERSION_MAJOR 0
#define MBT_VERSION_MINOR 1
#define MBT_VERSION_PATCH 0

#if defined(__GNUC__)
#define MBT_API __attribute__((visibility("default")))
#define MBT_MUST_CHECK __attribute__((warn_unused_result))
#else
#define MBT_API
#define MBT_MUST_CHECK
#endif

/* A trained network, compiled into constant data by mambac (model.h). Declared as `extern const mbt_model
 * mbt_model_NAME;`. */
#ifndef MBT_MODEL_DECLARED
#define MBT_MODEL_DECLARED
typedef struct mbt_model mbt_model;
#endif

/* An opened network with its memory and threads. */
typedef struct mbt_enhancer mbt_enhancer;

/* What a call came to. Negative values are failures; mbt_status_string says each in one line. */
typedef enum mbt_status {
    MBT_OK = 0,
    MBT_ERROR_ARGUMENT = -1,  /* a null pointer, or an option out of its range */
    MBT_ERROR_MODEL = -2,     /* the model was compiled for another version of the library, or is damaged */
    MBT_ERROR_MEMORY = -3,    /* memory ran out, or the block given is too small or not aligned to 64 bytes */
    MBT_ERROR_TOO_LONG = -4,  /* more samples than options.max_samples, or a window that memory cannot address */
    MBT_ERROR_SAMPLE = -5,    /* an input sample is NaN or infinite; the output was not touched */
    MBT_ERROR_ISA = -6,       /* no such kernels in this build or for this processor, or MBT_ISA names none */
    MBT_ERROR_THREADS = -7,   /* the system refused to start a thread */
    MBT_ERROR_CANCELLED = -8, /* options.progress asked to stop */
    MBT_ERROR_STREAM = -9     /* a stream is under way or was flushed: mbt_reset ends it; or see mbt_progress */
} mbt_status;

/* One line, without a newline, for any value. Never NULL; the text is constant. */
MBT_API const char *mbt_status_string(mbt_status status);

/* "MAJOR.MINOR.PATCH" of the library that runs, which may be newer than the header. */
MBT_API const char *mbt_version(void);

/* The sets of kernels. Which of them exist is a matter of the build, which of them run a matter of the machine. */
typedef enum mbt_isa {
    MBT_ISA_AUTO = 0,   /* the one that the environment variable MBT_ISA names, else the fastest */
    MBT_ISA_SCALAR = 1, /* portable C: the specification of the others */
    MBT_ISA_AVX2 = 2,   /* x86-64 with AVX2, FMA and F16C */
    MBT_ISA_AVX512 = 3, /* x86-64 with AVX-512 F, BW, DQ and VL */
    MBT_ISA_NEON = 4,   /* aarch64 */
    /* The same with instructions for products of int8; for models without int8 weights they are no different. */
    MBT_ISA_AVXVNNI = 5,    /* AVX2 and AVX-VNNI */
    MBT_ISA_AVX512VNNI = 6, /* AVX-512 and its VNNI */
    MBT_ISA_DOTPROD = 7     /* NEON and the dot product of Armv8.2 */
} mbt_isa;

#define MBT_ISA_COUNT 8

/* "auto", "scalar", "avx2", "avx512", "neon", "avxvnni", "avx512vnni" or "dotprod"; NULL for another value. */
MBT_API const char *mbt_isa_name(mbt_isa isa);

/* The value for such a name; MBT_ERROR_ISA if there is none. */
MBT_API MBT_MUST_CHECK mbt_status mbt_isa_from_name(const char *name, mbt_isa *isa);

/* 1 if these kernels are in this build and run on this machine, else 0; for MBT_ISA_AUTO, if mbt_isa_chosen finds some.
 * x86-64 without fused multiply-add runs only builds with MBT_SLEEF off. */
MBT_API int mbt_isa_available(mbt_isa isa);

/* The set that MBT_ISA_AUTO stands for here. MBT_ERROR_ISA if MBT_ISA is set and names none that is available. */
MBT_API MBT_MUST_CHECK mbt_status mbt_isa_chosen(mbt_isa *isa);

/* Called now and then with the share of the work done, rising from 0 to 1: by mbt_enhance of all of it, by mbt_pull of
 * each window. It comes from the thread that made the call. Returning anything but 0 stops the call with
 * MBT_ERROR_CANCELLED. It has to return, and may not call mbt_enhance, mbt_push, mbt_pull, mbt_flush, mbt_reset or
 * mbt_close for the same enhancer: they are refused, the former four with MBT_ERROR_STREAM, the latter two without a
 * word. */
typedef int mbt_progress(void *cookie, double done);

/* Memory of the caller's making. mbt_allocate returns a block of that many bytes, aligned or not, or NULL if there is
 * none; it is called by mbt_open. mbt_release takes it back; it is called by mbt_close, and by mbt_open if that fails
 * afterwards. */
typedef void *mbt_allocate(void *cookie, size_t bytes);
typedef void mbt_release(void *cookie, void *block);

/* options.overlap: windows are put end to end. */
#define MBT_OVERLAP_NONE SIZE_MAX

/* What mbt_open needs to know. Set by mbt_options_init, then changed where the default does not suit.
 *
 * The network sees a window at a time. A recording of up to one window is enhanced whole; a longer one in windows that
 * overlap, each normalised by its own level, and cross-faded by a raised cosine. The last window ends with the
 * recording and may overlap more, so as to be half as long as the others or longer. Memory is taken for one window, or
 * for max_samples if that is less, whatever the length of the recordings. To have longer recordings enhanced whole,
 * make the window that long. The paper's evaluation is a window of 10 s and no overlap, the last of which is the final
 * 10 s. */
typedef struct mbt_options {
    /* Length of the longest recording or stream; longer ones are refused. 0 (default): any length. */
    size_t max_samples;
    /* 1 to 256; 0 (default): one for each core that is online. Without thread support in the build: 1.
     * Those that the library starts leave signals to the caller's, but for faults', SIGABRT and SIGPROF. */
    unsigned threads;
    /* MBT_ISA_AUTO by default. */
    mbt_isa isa;
    /* A block aligned to 64 bytes, kept by the caller until mbt_close, and its bytes: mbt_memory_needed or more. NULL
     * (default): allocated. */
    void *memory;
    size_t memory_size;
    /* NULL (default): none. The cookie is passed on. */
    mbt_progress *progress;
    void *progress_cookie;
    /* Samples that the network sees at once, rounded up to a multiple of the model's hop. 0 (default): 10 s. */
    size_t window;
    /* Samples, rounded up likewise, and then at most half a window. 0 (default): 0.5 s, or half a window, rounded down,
     * if that is less; or MBT_OVERLAP_NONE. */
    size_t overlap;
    /* Where memory comes from when options.memory is NULL, and where it goes; both, or neither for malloc and free
     * (default). The cookie is passed on. */
    mbt_allocate *allocate;
    mbt_release *release;
    void *memory_cookie;
    /* Zero: checked. */
    uintptr_t reserved[3];
} mbt_options;

/* Fills in the defaults. options: not NULL. */
MBT_API void mbt_options_init(mbt_options *options);

/* What a model is and expects. */
typedef struct mbt_model_info {
    const char *name;          /* the --name given to mambac */
    const char *provenance;    /* command, sha256 of checkpoint and configuration; lines end with '\n' */
    uint32_t sample_rate;      /* Hz */
    uint32_t n_fft, hop;       /* samples */
    uint32_t channels, blocks; /* hid_feature, num_tfmamba */
    uint64_t parameters;       /* numbers in the checkpoint */
    uint64_t weight_bytes;     /* bytes of constant data */
    double macs_per_second; /* multiply-adds for a second of audio; attention along time adds a share for each second */
    const char *precision;  /* how most weights are stored: "f32", "f16", "int8". Others may be stored otherwise */
    uintptr_t reserved[7];  /* room to grow */
} mbt_model_info;

/* Describes a model. MBT_ERROR_ARGUMENT, MBT_ERROR_MODEL. */
MBT_API MBT_MUST_CHECK mbt_status mbt_model_describe(const mbt_model *model, mbt_model_info *info);

/* The model linked into the library, the first of MBT_MODELS if there are several (tiny: 104 049 parameters, 16 kHz).
 * Never NULL. */
MBT_API const mbt_model *mbt_model_default(void);

/* The bytes of options->memory that mbt_open needs for this model and these options; allocated, it takes one block of
 * 63 more. Nothing else is allocated, then or later, but for what the system takes for threads when they start. Set
 * options->threads when bringing memory: the number of cores online may change between the calls.
 * MBT_ERROR_ARGUMENT, MBT_ERROR_MODEL, MBT_ERROR_TOO_LONG. */
MBT_API MBT_MUST_CHECK mbt_status mbt_memory_needed(const mbt_model *model, const mbt_options *options, size_t *bytes);

/* Opens a model. options: NULL for the defaults. On failure *enhancer is NULL and nothing is held. */
MBT_API MBT_MUST_CHECK mbt_status mbt_open(const mbt_model *model, const mbt_options *options, mbt_enhancer **enhancer);

/* Enhances a whole recording; 0 samples are done at once. out may be in; else they may not overlap. Silence comes out
 * as silence. Allocates nothing. MBT_ERROR_STREAM if a stream has begun, and from the progress callback. On failure
 * out is untouched, but for one case: when a recording longer than a window is cancelled, the part of it that was done
 * by then, from its beginning on, is in out. */
MBT_API MBT_MUST_CHECK mbt_status mbt_enhance(mbt_enhancer *enhancer, const float *in, float *out, size_t samples);

/* Streams. What comes out has the bits that mbt_enhance would give for all of it, whatever the sizes of the blocks:
 *
 *     while ((count = record(block, BLOCK)) > 0)
 *         for (size_t done = 0; done < count; done += taken) {
 *             status = mbt_push(enhancer, block + done, count - done, &taken);
 *             while (status == MBT_OK && mbt_pull(enhancer, clean, BLOCK, &given) == MBT_OK && given > 0)
 *                 play(clean, given);
 *         }
 *     mbt_flush(enhancer);
 *     while (mbt_pull(enhancer, clean, BLOCK, &given) == MBT_OK && given > 0)
 *         play(clean, given);
 *     mbt_reset(enhancer);
 *
 * The first sample comes out when a window is full, and after that window - overlap samples at a time. mbt_pull does
 * the work, mbt_push only keeps samples: a call of mbt_pull that finds a full window takes as long as the network does
 * for it, which the thread that records and plays should not wait for. Nothing is allocated. */

/* Hands on the next samples of the stream; the first call begins it. *taken: how many fitted; as long as it is less
 * than samples, mbt_pull has to be called before more are taken. MBT_ERROR_ARGUMENT; MBT_ERROR_TOO_LONG if all of
 * them would go beyond max_samples; MBT_ERROR_SAMPLE if one of those that fit is NaN or infinite; MBT_ERROR_STREAM
 * after mbt_flush, and from the progress callback. On failure nothing was taken. */
MBT_API MBT_MUST_CHECK mbt_status mbt_push(mbt_enhancer *enhancer, const float *in, size_t samples, size_t *taken);

/* Gives the next samples of the result, at most room. *given: how many; fewer than room mean that more have to be
 * pushed first, or, after mbt_flush, that this is the end. MBT_ERROR_ARGUMENT; MBT_ERROR_CANCELLED: *given samples are
 * there nonetheless, and the next call tries the window again; MBT_ERROR_STREAM from the progress callback. */
MBT_API MBT_MUST_CHECK mbt_status mbt_pull(mbt_enhancer *enhancer, float *out, size_t room, size_t *given);

/* No more samples come: the rest can be pulled. MBT_ERROR_ARGUMENT for NULL; MBT_ERROR_STREAM from the progress
 * callback. */
MBT_API mbt_status mbt_flush(mbt_enhancer *enhancer);

/* Ends the stream, forgets what was not pulled, and makes room for another stream or recording. NULL is fine. Does
 * nothing in the progress callback. */
MBT_API void mbt_reset(mbt_enhancer *enhancer);

/* How many samples at most are pushed before the first comes out, and how far the result can lag behind later: the
 * window, or max_samples if that is less. 0 for NULL. */
MBT_API size_t mbt_latency(const mbt_enhancer *enhancer);

/* Samples pushed and not yet pulled. 0 for NULL. */
MBT_API size_t mbt_pending(const mbt_enhancer *enhancer);

/* Releases everything. NULL is fine. Does nothing in the progress callback. */
MBT_API void mbt_close(mbt_enhancer *enhancer);

/* Samples in [-1, 1] to 16 bits: round to nearest even of 32768 x, saturated to [-32768, 32767]; NaN becomes 0. */
MBT_API void mbt_to_s16(const float *in, int16_t *out, size_t samples);

/* 16 bits to samples in [-1, 1): x / 32768, exact. */
MBT_API void mbt_from_s16(const int16_t *in, float *out, size_t samples);

#ifdef __cplusplus
}
#endif

#endif
