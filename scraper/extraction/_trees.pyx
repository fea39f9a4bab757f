# cython: language_level=3, boundscheck=False, wraparound=False
"""What ``BlockModel.add_margins`` does with arrays of all trees at once, a tree at a time: nothing leaves the cache.

A number is compared with each threshold of its feature once, and is then a byte: how many of them it is above. Trees
compare these, 32 at a time where the processor can.
"""

from libc.stdlib cimport free, malloc

# In C, to promise that the arrays do not overlap: the compiler then compares several numbers at once.
cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define WITH_WIDER_REGISTERS __attribute__((target_clones("avx2", "default")))
    #else
    #define WITH_WIDER_REGISTERS
    #endif

    #define STEP 32
    /* Put down how many of the thresholds, which go up, each number is above; ranks have room for whole steps. */
    WITH_WIDER_REGISTERS static void rank(unsigned char *restrict ranks, const float *restrict row, Py_ssize_t blocks,
                                          const float *restrict thresholds, Py_ssize_t count)
    {
        for (Py_ssize_t start = 0; start < blocks; start += STEP) {
            const float *numbers = row + start;
            float last[STEP] = {0};
            unsigned int above[STEP] = {0};
            if (blocks - start < STEP) {
                for (Py_ssize_t block = start; block < blocks; block++)
                    last[block - start] = row[block];
                numbers = last;
            }
            for (Py_ssize_t place = 0; place < count; place++)
                for (int block = 0; block < STEP; block++)
                    above[block] += numbers[block] <= thresholds[place] ? 0 : 1;
            for (int block = 0; block < STEP; block++)
                ranks[start + block] = (unsigned char)above[block];
        }
    }

    /* Put down which of a tree's eight comparisons hold. */
    WITH_WIDER_REGISTERS static void mark(unsigned char *restrict codes, const unsigned char *const *rows,
                                          const unsigned char *restrict most, Py_ssize_t blocks)
    {
        const unsigned char *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
        const unsigned char *row4 = rows[4], *row5 = rows[5], *row6 = rows[6], *row7 = rows[7];
        for (Py_ssize_t start = 0; start < blocks; start += STEP)
            for (Py_ssize_t block = start; block < start + STEP; block++) {
                unsigned char code = row0[block] <= most[0] ? 1 : 0;
                code |= row1[block] <= most[1] ? 2 : 0;
                code |= row2[block] <= most[2] ? 4 : 0;
                code |= row3[block] <= most[3] ? 8 : 0;
                code |= row4[block] <= most[4] ? 16 : 0;
                code |= row5[block] <= most[5] ? 32 : 0;
                code |= row6[block] <= most[6] ? 64 : 0;
                code |= row7[block] <= most[7] ? 128 : 0;
                codes[block] = code;
            }
    }
    """
    enum:
        STEP
    void rank(
        unsigned char* ranks, const float* row, Py_ssize_t blocks, const float* thresholds, Py_ssize_t count
    ) noexcept nogil
    void mark(
        unsigned char* codes, const unsigned char** rows, const unsigned char* most, Py_ssize_t blocks
    ) noexcept nogil

cdef enum:
    SPLITS = 8


def add_margins(
    const float[:, ::1] matrix,  # features x blocks
    const float[::1] thresholds,  # of all features, each one's going up
    const long long[::1] starts,  # of a feature's thresholds, and the end
    const long long[:, ::1] features,  # trees x splits
    const unsigned char[:, ::1] most,  # trees x splits: goes left where the number is above at most as many thresholds
    const unsigned char[:, ::1] leaves,  # trees x 256: the leaf of each code
    const double[:, ::1] values,  # trees x leaves
    double[::1] margins,  # a block; the sums are added to it
):
    """Add the values of the leaves that each block ends in, in the order of the trees."""
    cdef:
        Py_ssize_t blocks = matrix.shape[1], feature, tree, block
        Py_ssize_t room = (blocks + STEP - 1) // STEP * STEP
        unsigned char* ranks = <unsigned char*>malloc((matrix.shape[0] + 1) * room + 1)
        unsigned char* codes = ranks + matrix.shape[0] * room
        const unsigned char* rows[SPLITS]
        const unsigned char* leaf_of
        const double* value_of
        int split
    if ranks is NULL:
        raise MemoryError
    for feature in range(matrix.shape[0] if blocks else 0):
        rank(ranks + feature * room, &matrix[feature, 0], blocks, &thresholds[starts[feature]],
             starts[feature + 1] - starts[feature])  # fmt: skip
    for tree in range(features.shape[0]):
        for split in range(SPLITS):
            rows[split] = ranks + features[tree, split] * room
        mark(codes, rows, &most[tree, 0], blocks)
        leaf_of, value_of = &leaves[tree, 0], &values[tree, 0]
        for block in range(blocks):
            margins[block] += value_of[leaf_of[codes[block]]]
    free(ranks)
