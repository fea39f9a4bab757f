# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``Network.margins`` does with matrices: 32 blocks of two units at a time, so that what is added up stays in registers.

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
    /* Weigh the rows from `start` on, and add them up, for two units at once: each number is fetched once for both. */
    #if defined(__GNUC__)
    typedef float Sixteen __attribute__((vector_size(64), aligned(4), may_alias));
    WITH_WIDER_REGISTERS static void mix(float *const *sums, const float *firsts, const float *const *rows,
                                         const float *const *weights, Py_ssize_t count, Py_ssize_t start)
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
            a += early * weights0[row];
            b += early * weights1[row];
            c += late * weights0[row];
            d += late * weights1[row];
        }
        ((Sixteen *)(sums[0] + start))[0] = a;
        ((Sixteen *)(sums[1] + start))[0] = b;
        ((Sixteen *)(sums[0] + start))[1] = c;
        ((Sixteen *)(sums[1] + start))[1] = d;
    }
    #else
    static void mix(float *const *sums, const float *firsts, const float *const *rows, const float *const *weights,
                    Py_ssize_t count, Py_ssize_t start)
    {
        for (int unit = 0; unit < 2; unit++) {
            float *own = sums[unit] + start;
            for (int block = 0; block < STEP; block++)
                own[block] = firsts[unit];
            for (Py_ssize_t row = 0; row < count; row++)
                for (int block = 0; block < STEP; block++)
                    own[block] += rows[row][start + block] * weights[unit][row];
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
        float** sums, const float* firsts, const float** rows, const float** weights, Py_ssize_t count, Py_ssize_t start
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
        float* weights  # of the first layer, of the inputs that say something
        float* state
        float* next_state

    def __dealloc__(self):
        free(self.room)

    cdef int make(self, Py_ssize_t blocks, Py_ssize_t units, Py_ssize_t inputs, Py_ssize_t beyond) except -1:
        self.blocks, self.units, self.beyond = blocks, units, beyond
        self.width = (blocks + STEP - 1) // STEP * STEP + 2 * beyond
        self.room = <float*>calloc((inputs + 2 * units) * self.width + units * inputs, sizeof(float))
        if self.room is NULL:
            raise MemoryError
        self.squeezed = self.room
        self.state = self.room + inputs * self.width
        self.next_state = self.state + units * self.width
        self.weights = self.next_state + units * self.width
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

    cdef void layer(self, const float* firsts, const float** rows, const float* weights, Py_ssize_t count,
                    bint added) noexcept:  # fmt: skip
        """Make the next state: of each unit the weighed rows where that is above 0, added to what was there."""
        cdef:
            Py_ssize_t start, block, unit, place, both[2]
            float* made[2]
            float both_firsts[2]
            const float* both_weights[2]
            const float* old
        for unit in range(0, self.units, 2):
            both[0], both[1] = unit, min(unit + 1, self.units - 1)  # an odd last unit is made twice
            for place in range(2):
                made[place] = self.next_state + both[place] * self.width + self.beyond
                both_firsts[place], both_weights[place] = firsts[both[place]], weights + both[place] * count
            for start in range(0, self.blocks, STEP):
                mix(made, both_firsts, rows, both_weights, count, start)
            for place in range(both[1] - both[0] + 1):
                old = self.state + both[place] * self.width + self.beyond
                for block in range(self.blocks):
                    made[place][block] = (made[place][block] if made[place][block] > 0 else 0) + (
                        old[block] if added else 0
                    )
                memset(made[place] + self.blocks, 0, (self.width - self.beyond - self.blocks) * sizeof(float))

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
        const float* rows[MOST_INPUTS]
        Py_ssize_t places[MOST_INPUTS]
        float firsts[MOST_UNITS]
        float means[MOST_UNITS]
        float margin, bias = network.output_bias
        double share = network.share
        float* weights
        const float* old
        _Page page = _Page()
    if not blocks:
        return
    if inputs > MOST_INPUTS or units > MOST_UNITS or 3 * units > MOST_INPUTS or margins.shape[0] != blocks:
        raise ValueError("the network is too large, or the margins are those of other blocks")
    page.make(blocks, units, inputs, max(network.dilations))
    used = page.read(matrix, half, network.tag, inputs - matrix.shape[0], rows, places)
    weights = page.weights
    for unit in range(units):
        for row in range(used):
            weights[unit * used + row] = into[unit, places[row]]
    page.layer(&input_bias[0], rows, weights, used, False)
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
            firsts[unit] = biases[layer, unit]
            if layer == averaged:
                for other in range(units):
                    firsts[unit] += means[other] * average[other, unit]
        page.layer(firsts, rows, &mixed[layer, 0, 0], 3 * units, True)
        page.swap()
    for block in range(blocks):
        margin = bias
        for unit in range(units):
            margin += page.state[unit * page.width + page.beyond + block] * output[unit]
        margins[block] += share * margin
