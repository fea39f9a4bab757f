# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``Network.margins`` does with matrices: 64 blocks at a time, so that what is added up stays in registers.

Numbers lie unit by unit, each with all blocks of the page, and with room for what is beyond both ends of it.
"""

from libc.stdlib cimport calloc, free
from libc.string cimport memset

# In C, for vectors: each line of `mix` is one or two instructions.
cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define WITH_WIDER_REGISTERS __attribute__((target_clones("avx512f", "avx2", "default")))
    #else
    #define WITH_WIDER_REGISTERS
    #endif

    #define STEP 64
    #if defined(__GNUC__)
    typedef float Sixteen __attribute__((vector_size(64), aligned(4), may_alias));
    #define SIXTEEN(numbers, place) (((const Sixteen *)(numbers))[place])
    /* Weigh the rows from `start` on, and add them up. */
    WITH_WIDER_REGISTERS static void mix(float *restrict sums, float first, const float *const *rows,
                                         const float *restrict weights, Py_ssize_t count, Py_ssize_t start)
    {
        Sixteen a = {0}, b, c, d;
        a += first;
        b = c = d = a;
        for (Py_ssize_t row = 0; row < count; row++) {
            const float *numbers = rows[row] + start;
            const float weight = weights[row];
            a += SIXTEEN(numbers, 0) * weight;
            b += SIXTEEN(numbers, 1) * weight;
            c += SIXTEEN(numbers, 2) * weight;
            d += SIXTEEN(numbers, 3) * weight;
        }
        ((Sixteen *)sums)[0] = a;
        ((Sixteen *)sums)[1] = b;
        ((Sixteen *)sums)[2] = c;
        ((Sixteen *)sums)[3] = d;
    }
    #else
    static void mix(float *sums, float first, const float *const *rows, const float *weights, Py_ssize_t count,
                    Py_ssize_t start)
    {
        for (int block = 0; block < STEP; block++)
            sums[block] = first;
        for (Py_ssize_t row = 0; row < count; row++)
            for (int block = 0; block < STEP; block++)
                sums[block] += rows[row][start + block] * weights[row];
    }
    #endif

    /* Squeeze the numbers of a feature between -1 and 1; return whether one is not 0. */
    WITH_WIDER_REGISTERS static int squeeze(float *restrict squeezed, const float *restrict numbers, float half,
                                            Py_ssize_t blocks)
    {
        int any = 0;
        for (Py_ssize_t block = 0; block < blocks; block++) {
            float number = numbers[block];
            squeezed[block] = number / ((number < 0 ? -number : number) + half);
            any |= number != 0;
        }
        return any;
    }
    """
    enum:
        STEP
    void mix(
        float* sums, float first, const float** rows, const float* weights, Py_ssize_t count, Py_ssize_t start
    ) noexcept nogil
    int squeeze(float* squeezed, const float* numbers, float half, Py_ssize_t blocks) noexcept nogil

cdef enum:
    MOST_UNITS = 64
    MOST_INPUTS = 512


cdef class _Page:
    """The room for what is known of a page's blocks: inputs, the state, and the state that a layer makes of it."""

    cdef:
        Py_ssize_t blocks, units, beyond, width
        float* room
        float* squeezed
        float* state
        float* next_state

    def __dealloc__(self):
        free(self.room)

    cdef int make(self, Py_ssize_t blocks, Py_ssize_t units, Py_ssize_t inputs, Py_ssize_t beyond) except -1:
        self.blocks, self.units, self.beyond = blocks, units, beyond
        self.width = (blocks + STEP - 1) // STEP * STEP + 2 * beyond
        self.room = <float*>calloc((inputs + 2 * units) * self.width, sizeof(float))
        if self.room is NULL:
            raise MemoryError
        self.squeezed = self.room
        self.state = self.room + inputs * self.width
        self.next_state = self.state + units * self.width
        return 0

    cdef Py_ssize_t read(self, const float[:, ::1] matrix, const float[::1] half, Py_ssize_t tag, Py_ssize_t tags,
                         const float** rows, Py_ssize_t* places) noexcept:  # fmt: skip
        """Squeeze the features, and put down where those are that say something, and which they are."""
        cdef:
            Py_ssize_t features = matrix.shape[0], feature, block, used = 0, code
            float* row = self.squeezed
            bint found
        for feature in range(features):
            if squeeze(row, &matrix[feature, 0], half[feature], self.blocks):
                rows[used], places[used] = row, feature
                used += 1
                row += self.width
        for code in range(tags):
            found = False
            for block in range(self.blocks):
                row[block] = 1.0 if matrix[tag, block] == code else 0.0
                found |= matrix[tag, block] == code
            if found:
                rows[used], places[used] = row, features + code
                used += 1
                row += self.width
        return used

    cdef void layer(self, Py_ssize_t unit, float first, const float** rows, const float* weights, Py_ssize_t count,
                    bint added) noexcept:  # fmt: skip
        """Make the next state's numbers of a unit: the weighed rows where that is above 0, added to what was there."""
        cdef:
            Py_ssize_t start, block
            float* made = self.next_state + unit * self.width + self.beyond
            const float* old = self.state + unit * self.width + self.beyond
        for start in range(0, self.blocks, STEP):
            mix(made + start, first, rows, weights, count, start)
        for block in range(self.blocks):
            made[block] = (made[block] if made[block] > 0 else 0) + (old[block] if added else 0)
        memset(made + self.blocks, 0, (self.width - self.beyond - self.blocks) * sizeof(float))

    cdef void swap(self) noexcept:
        self.state, self.next_state = self.next_state, self.state


def add_margins(network, const float[:, ::1] matrix, const float[:, ::1] into, const float[:, :, ::1] mixed,
                Py_ssize_t averaged, double[::1] margins):  # fmt: skip
    """Add the network's margins by its share. ``into`` and ``mixed`` have the weights of a unit in a row."""
    cdef:
        const float[::1] half = network.half, input_bias = network.input_bias, output = network.output
        const float[:, ::1] biases = network.biases, average = network.average
        const long long[::1] dilations = network.dilations
        Py_ssize_t units = into.shape[0], inputs = into.shape[1], blocks = matrix.shape[1]
        Py_ssize_t used, unit, other, row, layer, block, side, away
        const float* rows[MOST_INPUTS + 1]
        Py_ssize_t places[MOST_INPUTS + 1]
        float weights[MOST_INPUTS]
        float means[MOST_UNITS]
        float first, margin, bias = network.output_bias
        double share = network.share
        const float* old
        _Page page = _Page()
    if not blocks:
        return
    if inputs > MOST_INPUTS or units > MOST_UNITS or 3 * units > MOST_INPUTS or margins.shape[0] != blocks:
        raise ValueError("the network is too large, or the margins are those of other blocks")
    page.make(blocks, units, inputs, max(network.dilations))
    used = page.read(matrix, half, network.tag, inputs - matrix.shape[0], rows, places)
    for unit in range(units):
        for row in range(used):
            weights[row] = into[unit, places[row]]
        page.layer(unit, input_bias[unit], rows, weights, used, False)
    page.swap()
    for layer in range(mixed.shape[0]):
        away = dilations[layer]
        for other in range(units):
            old = page.state + other * page.width + page.beyond
            for side in range(3):
                rows[side * units + other] = old + (side - 1) * away
            means[other] = 0
            if layer == averaged:
                for block in range(blocks):
                    means[other] += old[block]
                means[other] /= blocks
        for unit in range(units):
            first = biases[layer, unit]
            if layer == averaged:
                for other in range(units):
                    first += means[other] * average[other, unit]
            page.layer(unit, first, rows, &mixed[layer, unit, 0], 3 * units, True)
        page.swap()
    for block in range(blocks):
        margin = bias
        for unit in range(units):
            margin += page.state[unit * page.width + page.beyond + block] * output[unit]
        margins[block] += share * margin
