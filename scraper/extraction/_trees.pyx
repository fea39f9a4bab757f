# cython: language_level=3, boundscheck=False, wraparound=False
"""What ``BlockModel.margins`` does with arrays of all trees at once, a tree at a time: nothing leaves the cache."""

from libc.stdlib cimport free, malloc
from libc.string cimport memset

# In C, to promise that the arrays do not overlap: the compiler then compares several numbers at once.
cdef extern from *:
    """
    #include <stdlib.h>
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    __attribute__((target_clones("avx2", "default")))  // eight numbers at once where the processor can, else four
    #endif
    #if defined(__GNUC__)
    __attribute__((noinline))  // inside the loops round it, gcc jams two splits together and compares one by one
    #endif
    static void mark(unsigned int *restrict codes, const float *restrict row, float threshold, unsigned int bit,
                     Py_ssize_t blocks)
    {
        for (Py_ssize_t block = 0; block < blocks; block++)
            codes[block] |= row[block] <= threshold ? bit : 0;
    }
    """
    void mark(unsigned int* codes, const float* row, float threshold, unsigned int bit, Py_ssize_t blocks) noexcept nogil


def add_margins(
    const float[:, ::1] matrix,  # features x blocks
    const long long[:, ::1] features,  # trees x splits
    const float[:, ::1] thresholds,  # trees x splits
    const unsigned char[:, ::1] leaves,  # trees x 256: the leaf of each code
    const double[:, ::1] values,  # trees x leaves
    double[::1] margins,  # a block; the sums are added to it
):
    """Add the values of the leaves that each block ends in, in the order of the trees."""
    cdef:
        Py_ssize_t blocks = matrix.shape[1], tree, split, block
        # As wide as a float, so that the compiler compares several at once.
        unsigned int* codes = <unsigned int*>malloc((blocks + 1) * sizeof(unsigned int))
        unsigned int bit
        const float* row
        const unsigned char* leaf_of
        const double* value_of
        float threshold
    if codes is NULL:
        raise MemoryError
    for tree in range(features.shape[0]):
        memset(codes, 0, blocks * sizeof(unsigned int))
        for split in range(features.shape[1]):
            row = &matrix[features[tree, split], 0]
            threshold = thresholds[tree, split]
            bit = <unsigned int>1 << split
            mark(codes, row, threshold, bit, blocks)
        leaf_of, value_of = &leaves[tree, 0], &values[tree, 0]
        for block in range(blocks):
            margins[block] += value_of[leaf_of[codes[block]]]
    free(codes)
