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
 * Live audio, or a recording too long for memory, goes in and comes out in blocks of any size: see mbt_push.
 *
 * Samples are float, nominally in [-1, 1], at mbt_model_info.sample_rate. Any scale works up to MBT_LARGEST_SAMPLE: the
 * level of the recording is normalised for the network, and the result has the level of the input. The output may
 * exceed [-1, 1] where the input nearly did. mbt_to_s16 saturates.
 *
 * Threads: any number of enhancers may run at once. One enhancer serves one call at a time. All other functions may be
 * called from any thread. Some of them read the environment variable MBT_ISA; do not set the environment meanwhile.
 *
 * Fork: a child process has no copies of the threads. There an enhancer of several threads is of no more use:
 * mbt_enhance, mbt_push, mbt_pull and mbt_flush return MBT_ERROR_THREADS, and mbt_close releases the child's copy of
 * its memory. The parent's enhancer goes on. One of a single thread may be used on both sides, each for itself. Fork
 * while no call is running, or in the progress callback: when that returns, the child's call ends with
 * MBT_ERROR_THREADS.
 *
 * The output has the same bits for every set of kernels (mbt_isa), for every number of threads and on every machine, as
 * long as the builds have the same MBT_SLEEF. The caller's floating-point mode (rounding, flush to zero) has no
 * influence on it and is left as it is; callbacks run in it. */
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

/* A trained network, which mambac compiled into constant data (model.h). Declare it as
 * `extern const mbt_model mbt_model_NAME;`. */
#ifndef MBT_MODEL_DECLARED
#define MBT_MODEL_DECLARED
typedef struct mbt_model mbt_model;
#endif

/* An opened network with its memory and threads. */
typedef struct mbt_enhancer mbt_enhancer;

/* The result of a call. Negative values are failures. mbt_status_string describes each in one line. */
typedef enum mbt_status {
    MBT_OK = 0,
    MBT_ERROR_ARGUMENT = -1,  /* a null pointer, or an option out of its range */
    MBT_ERROR_MODEL = -2,     /* the model was compiled for another version of the library, or is damaged */
    MBT_ERROR_MEMORY = -3,    /* no memory, or the block given is too small or not aligned to 64 bytes */
    MBT_ERROR_TOO_LONG = -4,  /* more samples than options.max_samples, or a window too long to be addressed */
    MBT_ERROR_SAMPLE = -5,    /* an input sample is NaN or beyond MBT_LARGEST_SAMPLE; the output was not touched */
    MBT_ERROR_ISA = -6,       /* no such kernels in this build or on this processor, or MBT_ISA names none */
    MBT_ERROR_THREADS = -7,   /* the system refused to start a thread, or this is a child process: see "Fork" */
    MBT_ERROR_CANCELLED = -8, /* options.progress asked to stop */
    MBT_ERROR_STREAM = -9,    /* a stream has begun or was flushed (mbt_reset ends it), or see mbt_progress */
    MBT_ERROR_BITS = -10      /* this build computes other bits than it should: see mbt_self_test */
} mbt_status;

/* The largest sample that is taken, of either sign: a million times full scale. A larger one comes of a fault, and
 * would make silence of all that lies in its window. */
#define MBT_LARGEST_SAMPLE 1e6f

/* One line of text without a newline, for any value. Never NULL. The text is constant. */
MBT_API const char *mbt_status_string(mbt_status status);

/* The version of the library that runs, "MAJOR.MINOR.PATCH". It may be newer than this header. */
MBT_API const char *mbt_version(void);

/* The sets of kernels. The build decides which of them exist, the machine which of these run. */
typedef enum mbt_isa {
    MBT_ISA_AUTO = 0,   /* the one that the environment variable MBT_ISA names, else the fastest */
    MBT_ISA_SCALAR = 1, /* portable C: the specification of the others */
    MBT_ISA_AVX2 = 2,   /* x86-64 with AVX2, FMA and F16C */
    MBT_ISA_AVX512 = 3, /* x86-64 with AVX-512 F, BW, DQ and VL */
    MBT_ISA_NEON = 4,   /* aarch64 */
    /* The same, with instructions for products of int8. Models without int8 weights gain nothing from them. */
    MBT_ISA_AVXVNNI = 5,    /* AVX2 and AVX-VNNI */
    MBT_ISA_AVX512VNNI = 6, /* AVX-512 and its VNNI */
    MBT_ISA_DOTPROD = 7     /* NEON and the dot product of Armv8.2 */
} mbt_isa;

#define MBT_ISA_COUNT 8

/* "auto", "scalar", "avx2", "avx512", "neon", "avxvnni", "avx512vnni" or "dotprod"; NULL for another value. */
MBT_API const char *mbt_isa_name(mbt_isa isa);

/* The value for such a name. MBT_ERROR_ARGUMENT for NULL; MBT_ERROR_ISA if no set has this name. */
MBT_API MBT_MUST_CHECK mbt_status mbt_isa_from_name(const char *name, mbt_isa *isa);

/* 1 if these kernels are in this build and run on this machine, else 0. For MBT_ISA_AUTO: 1 if mbt_isa_chosen finds a
 * set. On x86-64 without fused multiply-add only builds with MBT_SLEEF off have any. */
MBT_API int mbt_isa_available(mbt_isa isa);

/* The set that MBT_ISA_AUTO stands for on this machine. MBT_ERROR_ARGUMENT for NULL; MBT_ERROR_ISA if the environment
 * variable MBT_ISA is set and names no set that is available, or if none is available. */
MBT_API MBT_MUST_CHECK mbt_status mbt_isa_chosen(mbt_isa *isa);

/* A callback that is given the share of the work done, rising from 0 to 1. mbt_enhance counts the whole recording,
 * mbt_pull each window, and with a causal model nothing. It is called now and then, on the thread that made the call.
 * If it returns anything but 0, the call stops with MBT_ERROR_CANCELLED. It has to return: do not leave it by longjmp
 * or an exception. For the same enhancer it may not call mbt_enhance, mbt_push, mbt_pull, mbt_process or mbt_flush,
 * which fail with MBT_ERROR_STREAM, nor mbt_reset or mbt_close, which do nothing. */
typedef int mbt_progress(void *cookie, double done);

/* The caller's own allocator. mbt_open calls mbt_allocate, which returns a block of so many bytes, aligned or not, or
 * NULL if there is none. mbt_close calls mbt_release to give the block back, and so does mbt_open if it fails after it
 * got the block. */
typedef void *mbt_allocate(void *cookie, size_t bytes);
typedef void mbt_release(void *cookie, void *block);

/* A value of options.overlap: windows stand end to end. */
#define MBT_OVERLAP_NONE SIZE_MAX

/* The options of mbt_open. Call mbt_options_init first, then change what does not suit.
 *
 * The network sees one window at a time. A recording of up to one window is enhanced whole. A longer one is enhanced in
 * windows that overlap; each is normalised by its own level, and neighbours are cross-faded by a raised cosine. The
 * last window ends with the recording. It may overlap more than the others, so that it is at least half as long as they
 * are.
 *
 * A causal network has no windows: it enhances hop by hop, a recording as a stream, in the same memory for any length.
 * The options window and overlap have no effect then, and it always runs on one thread, the caller's.
 *
 * Memory is taken for one window, or for max_samples if that is less, whatever the length of the recordings. To enhance
 * longer recordings whole, make the window that long. The paper's evaluation has windows of 10 s without overlap, and
 * its last window is the final 10 s. */
typedef struct mbt_options {
    /* Length of the longest recording or stream, in samples. Longer ones are refused. 0 (default): any length. */
    size_t max_samples;
    /* Number of threads, 1 to 256. 0 (default): one for each core that the process may use, by its affinity mask and,
     * in Linux, the quota of its control group (cpu.max, cpu.cfs_quota_us), rounded up. A build without thread support
     * always uses 1. Worker threads block all signals except those of a fault, SIGABRT and SIGPROF, so your handlers
     * run on your own threads. */
    unsigned threads;
    /* The set of kernels; MBT_ISA_AUTO by default. */
    mbt_isa isa;
    /* A block of memory aligned to 64 bytes, and its size in bytes: mbt_memory_needed or more. It belongs to the
     * enhancer until mbt_close. NULL (default): mbt_open allocates. */
    void *memory;
    size_t memory_size;
    /* Called as the work goes on, with the cookie. NULL (default): nothing is called. */
    mbt_progress *progress;
    void *progress_cookie;
    /* Window: samples that the network sees at once, rounded up to a multiple of the model's hop. 0 (default): 10 s. */
    size_t window;
    /* Overlap of neighbouring windows: samples, rounded up to a multiple of hop. More than half a window is refused
     * (MBT_ERROR_ARGUMENT). 0 (default): 0.5 s, or half a window, rounded down to a multiple of hop, if that is less.
     * MBT_OVERLAP_NONE: no overlap. */
    size_t overlap;
    /* The allocator that is used if options.memory is NULL; it is given the cookie. Set both functions, or neither
     * (default) for malloc and free. */
    mbt_allocate *allocate;
    mbt_release *release;
    void *memory_cookie;
    /* Limit: the most that the magnitude of any frequency in any frame is attenuated by, in dB, 0 to 200. With 10 or 20
     * some of the noise stays, and speech loses less. 0 (default): no limit. */
    float limit;
    /* Dry: the share of the input in the result, 0 to 1. Each sample becomes (1 - dry) * enhanced + dry * input. 0
     * (default): the enhanced sound alone. */
    float dry;
    /* Spread, for mbt_process, where a hop's work does not fit one small block: 1 cuts it into steps, of which each
     * call does an even share while the next hop comes in, for one hop more of latency. The samples are the same. 0
     * (default): all of it is done in the call that completes the hop. */
    unsigned char spread;
    /* Zeros. mbt_open checks them. */
    unsigned char reserved[3 * sizeof(uintptr_t) - 2 * sizeof(float) - 1];
} mbt_options;

/* Sets every option to its default. options: not NULL. */
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
    const char *precision;  /* how most weights are stored: "f32", "f16" or "int8"; some may be stored otherwise */
    const char *family;     /* of networks: "mambattention", "causal", "semamba" ...; see docs/models.md */
    uint32_t causal;        /* 1: the network knows the past only, and mbt_process can run it; else 0 */
    uint32_t latency;       /* of a causal network's streams, in samples; else 0 */
    uintptr_t reserved[6 - 2 * sizeof(uint32_t) / sizeof(uintptr_t)]; /* room to grow */
} mbt_model_info;

/* Describes a model. MBT_ERROR_ARGUMENT, MBT_ERROR_MODEL. */
MBT_API MBT_MUST_CHECK mbt_status mbt_model_describe(const mbt_model *model, mbt_model_info *info);

/* The model that is linked into the library: the first of the build's MBT_MODELS (tiny: 104 049 parameters, 16 kHz).
 * Never NULL. */
MBT_API const mbt_model *mbt_model_default(void);

/* A model that is linked into the library, by its name in MBT_MODELS: "tiny-int8". A name without a precision, "tiny",
 * is that of the first one that begins so. NULL if there is none, and for NULL. A program that links the static library
 * takes along all of the models if it calls this, else only those that it names. */
MBT_API const mbt_model *mbt_model_by_name(const char *name);

/* How many bytes of options->memory mbt_open needs for this model and these options. If mbt_open allocates, it takes
 * one block of 63 bytes more. Nothing else is allocated, then or later, except what the system takes when threads
 * start. If you bring your own memory, set options->threads: the number of cores may change between the calls.
 * MBT_ERROR_ARGUMENT, MBT_ERROR_MODEL, MBT_ERROR_TOO_LONG. */
MBT_API MBT_MUST_CHECK mbt_status mbt_memory_needed(const mbt_model *model, const mbt_options *options, size_t *bytes);

/* Opens a model. options: NULL for the defaults. On failure *enhancer is NULL and all memory is given back. */
MBT_API MBT_MUST_CHECK mbt_status mbt_open(const mbt_model *model, const mbt_options *options, mbt_enhancer **enhancer);

/* Enhances a whole recording. 0 samples are allowed. out may be the same array as in; otherwise the two may not
 * overlap. Silence comes out as silence. Allocates nothing. MBT_ERROR_STREAM if a stream has begun, and in the
 * progress callback. On failure out is untouched, with one exception: if a recording is cancelled that is longer than a
 * window, or the model is causal, out begins with the part that was done by then. */
MBT_API MBT_MUST_CHECK mbt_status mbt_enhance(mbt_enhancer *enhancer, const float *in, float *out, size_t samples);

/* Streams. The result has the same bits as that of mbt_enhance for the whole recording, whatever the sizes of the
 * blocks:
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
 * The first samples come out when a window is full. After that, window - overlap samples come out at a time. With a
 * causal model they come out hop by hop, with a delay of mbt_latency in all. mbt_push only keeps samples; mbt_pull does
 * the work. A call of mbt_pull that finds a full window takes as long as the network needs for it, so it does not
 * belong on the thread that records and plays. Nothing is allocated. */

/* Gives the next samples of the stream to the enhancer. The first call begins a stream. *taken: how many fitted. If
 * that is less than samples, call mbt_pull before pushing the rest. On failure nothing was taken.
 * MBT_ERROR_ARGUMENT; MBT_ERROR_TOO_LONG if the stream with all of these samples would exceed max_samples;
 * MBT_ERROR_SAMPLE if one of those that fit is NaN or beyond MBT_LARGEST_SAMPLE; MBT_ERROR_STREAM after mbt_flush, and
 * in the progress callback. */
MBT_API MBT_MUST_CHECK mbt_status mbt_push(mbt_enhancer *enhancer, const float *in, size_t samples, size_t *taken);

/* Gets the next samples of the result, at most room. *given: how many there were. If that is less than room, more have
 * to be pushed first; after mbt_flush it means the end. MBT_ERROR_ARGUMENT; MBT_ERROR_CANCELLED: *given samples are in
 * out all the same, and the next call tries the window again; MBT_ERROR_STREAM in the progress callback. */
MBT_API MBT_MUST_CHECK mbt_status mbt_pull(mbt_enhancer *enhancer, float *out, size_t room, size_t *given);

/* For an audio callback: takes samples and gives as many, from a causal model alone. out is the result delayed by
 * exactly mbt_latency samples, which begins with as many zeros; a stream may go on for ever. Blocks may have any size,
 * from call to call another. The bits are those of mbt_push and mbt_pull. out may be in.
 *
 * It takes no lock, makes no system call and allocates nothing. Its time is bounded: a call runs the network once for
 * each hop that its samples complete. A callback cannot refuse a sample: NaN and infinity count as silence, and the
 * rest is limited to +-8, 18 dB above full scale.
 *
 * The first call with samples begins a stream, in which mbt_push, mbt_pull and mbt_flush return MBT_ERROR_STREAM;
 * mbt_reset ends it. max_samples does not count here. Returns how many samples were replaced, or a negative mbt_status:
 * MBT_ERROR_ARGUMENT; MBT_ERROR_STREAM for a model that is not causal, after mbt_push or mbt_flush, and in the progress
 * callback. */
MBT_API ptrdiff_t mbt_process(mbt_enhancer *enhancer, const float *in, float *out, size_t samples);

/* Says that no more samples come, so that the rest can be pulled. MBT_ERROR_ARGUMENT for NULL; MBT_ERROR_STREAM in the
 * progress callback. */
MBT_API mbt_status mbt_flush(mbt_enhancer *enhancer);

/* Ends the stream and drops what was not pulled. Another stream or recording may follow. Does nothing for NULL, and in
 * the progress callback. */
MBT_API void mbt_reset(mbt_enhancer *enhancer);

/* The delay of a stream, in samples: how many are pushed at most before the first comes out, and how far the result can
 * be behind later. It is the window, or max_samples if that is less; for a causal model the analysis window, which is
 * mbt_model_info.latency, and one hop more with options.spread. 0 for NULL. */
MBT_API size_t mbt_latency(const mbt_enhancer *enhancer);

/* How many samples were pushed and not yet pulled. 0 for NULL. */
MBT_API size_t mbt_pending(const mbt_enhancer *enhancer);

/* Releases everything. Does nothing for NULL, and in the progress callback. */
MBT_API void mbt_close(mbt_enhancer *enhancer);

/* Whether this build computes on this machine the bits that it should: for builds with flags of your own, and for new
 * systems. The default model enhances a tenth of a second, and a piece of it as denormals; the result is compared with
 * what is known of that model. Takes some 10 ms with vectors, half a second in portable C.
 *
 * options: threads, isa and memory as for mbt_open; the others do not count. NULL: one thread, the fastest kernels,
 * malloc. With memory of the caller's nothing is allocated; it has to be what mbt_memory_needed says for these options,
 * a max_samples of MBT_SELF_TEST_SAMPLES and defaults. All of it is given back. Uses 7 KB of stack.
 * MBT_ERROR_BITS: contraction (which mbt_open finds too), fast-math, a processor that flushes denormals, or a damaged
 * model. MBT_ERROR_MODEL: the model is not one that the library came with. Otherwise as mbt_open. */
#define MBT_SELF_TEST_SAMPLES 1600
MBT_API MBT_MUST_CHECK mbt_status mbt_self_test(const mbt_options *options);

/* Converts samples in [-1, 1] to 16 bits: 32768 x, rounded to nearest even, saturated to [-32768, 32767]; NaN becomes
 * 0. */
MBT_API void mbt_to_s16(const float *in, int16_t *out, size_t samples);

/* Converts 16 bits to samples in [-1, 1): x / 32768, exactly. */
MBT_API void mbt_from_s16(const int16_t *in, float *out, size_t samples);

#ifdef __cplusplus
}
#endif

#endif
