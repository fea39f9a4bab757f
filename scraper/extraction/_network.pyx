# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``Network.margins`` does with matrices: 32 blocks of two units at a time, so that what is added up stays in registers and
what is read in the nearest cache.

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

    #define STEP 32
    /* Weigh the rows from `start` on, each by the weight at its place, and add them up, for two units at once: each
       number is fetched once for both. */
    #if defined(__GNUC__)
    typedef float Sixteen __attribute__((vector_size(64), aligned(4), may_alias));
    WITH_WIDER_REGISTERS static void mix(float *const *sums, const float *firsts, const float *const *rows,
                                         const float *const *weights, const int *places, Py_ssize_t count,
                                         Py_ssize_t start)
    {
        Sixteen a = {0}, b = {0}, c, d;
        const float *const weights0 = weights[0], *const weights1 = weights[1];
        a += firsts[0];
        b += firsts[1];
        c = a;
        d = b;
        for (Py_ssize_t row = 0; row < count; row++) {
            const Sixteen *numbers = (const Sixteen *)(rows[row] + start);
            const Sixteen early = numbers[0], late = numbers[1];
            const float weight0 = weights0[places[row]], weight1 = weights1[places[row]];
            a += early * weight0;
            b += early * weight1;
            c += late * weight0;
            d += late * weight1;
        }
        ((Sixteen *)sums[0])[0] = a;
        ((Sixteen *)sums[1])[0] = b;
        ((Sixteen *)sums[0])[1] = c;
        ((Sixteen *)sums[1])[1] = d;
    }
    #else
    static void mix(float *const *sums, const float *firsts, const float *const *rows, const float *const *weights,
                    const int *places, Py_ssize_t count, Py_ssize_t start)
    {
        for (int unit = 0; unit < 2; unit++) {
            for (int block = 0; block < STEP; block++)
                sums[unit][block] = firsts[unit];
            for (Py_ssize_t row = 0; row < count; row++)
                for (int block = 0; block < STEP; block++)
                    sums[unit][block] += rows[row][start + block] * weights[unit][places[row]];
        }
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
        float** sums, const float* firsts, const float** rows, const float** weights, const int* places,
        Py_ssize_t count, Py_ssize_t start
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
        float* squeezed  # of the blocks that are looked at
        float* state
        float* next_state
        const float* rows[MOST_INPUTS]  # that go into a layer, and where their weights are
        int places[MOST_INPUTS]

    def __dealloc__(self):
        free(self.room)

    cdef int make(self, Py_ssize_t blocks, Py_ssize_t units, Py_ssize_t inputs, Py_ssize_t beyond) except -1:
        self.blocks, self.units, self.beyond = blocks, units, beyond
        self.width = (blocks + STEP - 1) // STEP * STEP + 2 * beyond
        self.room = <float*>calloc(2 * units * self.width + inputs * STEP, sizeof(float))
        if self.room is NULL:
            raise MemoryError
        self.state = self.room
        self.next_state = self.state + units * self.width
        self.squeezed = self.next_state + units * self.width
        return 0

    cdef Py_ssize_t read(self, const float[:, ::1] matrix, const float[::1] half, Py_ssize_t tag, Py_ssize_t tags,
                         Py_ssize_t start) noexcept:  # fmt: skip
        """Squeeze the features of the blocks from ``start`` on; return how many of them say something."""
        cdef:
            Py_ssize_t features = matrix.shape[0], count = min(<Py_ssize_t>STEP, self.blocks - start)
            Py_ssize_t feature, block, used = 0, code
            float* row = self.squeezed
            bint found
        for feature in range(features):
            if squeeze(row, &matrix[feature, start], half[feature], count):
                self.rows[used], self.places[used] = row, <int>feature
                used += 1
                row += STEP
        for code in range(tags):
            found = False
            for block in range(count):
                row[block] = 1.0 if matrix[tag, start + block] == code else 0.0
                found |= matrix[tag, start + block] == code
            if found:
                self.rows[used], self.places[used] = row, <int>(features + code)
                used += 1
                row += STEP
        return used

    cdef void mix_all(self, const float* firsts, const float* weights, Py_ssize_t inputs, Py_ssize_t count,
                      Py_ssize_t start, Py_ssize_t place) noexcept:  # fmt: skip
        """Weigh and add up the rows from ``place`` on, for the blocks from ``start`` on and all units."""
        cdef:
            Py_ssize_t unit, side, both[2]
            float* sums[2]
            float both_firsts[2]
            const float* both_weights[2]
        for unit in range(0, self.units, 2):
            both[0], both[1] = unit, min(unit + 1, self.units - 1)  # an odd last unit is made twice
            for side in range(2):
                sums[side] = self.next_state + both[side] * self.width + self.beyond + start
                both_firsts[side], both_weights[side] = firsts[both[side]], weights + both[side] * inputs
            mix(sums, both_firsts, self.rows, both_weights, self.places, count, place)

    cdef void finish(self, bint added) noexcept:
        """Keep of the sums what is above 0, added to what was there, as the state of the next layer."""
        cdef:
            Py_ssize_t block, unit
            float* made
            const float* old
        for unit in range(self.units):
            made = self.next_state + unit * self.width + self.beyond
            old = self.state + unit * self.width + self.beyond
            for block in range(self.blocks):
                made[block] = (made[block] if made[block] > 0 else 0) + (old[block] if added else 0)
            memset(made + self.blocks, 0, (self.width - self.beyond - self.blocks) * sizeof(float))
        self.state, self.next_state = self.next_state, self.state


def add_margins(network, const float[:, ::1] matrix, const float[:, ::1] into, const float[:, :, ::1] mixed,
                Py_ssize_t averaged, double[::1] margins):  # fmt: skip
    """Add the network's margins by its share. ``into`` and ``mixed`` have the weights of a unit in a row."""
    cdef:
        const float[::1] half = network.half, input_bias = network.input_bias, output = network.output
        const float[:, ::1] biases = network.biases, average = network.average
        const long long[::1] dilations = network.dilations
        Py_ssize_t units = into.shape[0], inputs = into.shape[1], blocks = matrix.shape[1]
        Py_ssize_t used, unit, other, layer, block, side, start
        float firsts[MOST_UNITS]
        float means[MOST_UNITS]
        float margin, bias = network.output_bias
        double share = network.share
        const float* old
        _Page page = _Page()
    if not blocks:
        return
    if inputs > MOST_INPUTS or units > MOST_UNITS or 3 * units > MOST_INPUTS or margins.shape[0] != blocks:
        raise ValueError("the network is too large, or the margins are those of other blocks")
    page.make(blocks, units, inputs, max(network.dilations))
    for start in range(0, blocks, STEP):
        used = page.read(matrix, half, network.tag, inputs - matrix.shape[0], start)
        page.mix_all(&input_bias[0], &into[0, 0], inputs, used, start, 0)
    page.finish(False)
    for layer in range(mixed.shape[0]):
        for other in range(units):
            old = page.state + other * page.width + page.beyond
            for side in range(3):
                page.rows[side * units + other] = old + (side - 1) * dilations[layer]
                page.places[side * units + other] = <int>(side * units + other)
            means[other] = 0
            if layer == averaged:
                for block in range(blocks):
                    means[other] += old[block]
                means[other] /= blocks
        for unit in range(units):
            firsts[unit] = biases[layer, unit]
            if layer == averaged:
                for other in range(units):
                    firsts[unit] += means[other] * average[other, unit]
        for start in range(0, blocks, STEP):
            page.mix_all(firsts, &mixed[layer, 0, 0], 3 * units, 3 * units, start, start)
        page.finish(True)
    for block in range(blocks):
        margin = bias
        for unit in range(units):
            margin += page.state[unit * page.width + page.beyond + block] * output[unit]
        margins[block] += share * margin
