# cython: language_level=3, boundscheck=False, wraparound=False
"""The counting of ``CharacterCounts``, over the characters where Python keeps them."""

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_UCS4 PyUnicode_READ(int kind, void* data, Py_ssize_t place)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)

ctypedef unsigned long long EightCounts  # a byte for each kind of character

cdef enum:
    MOST = 255  # that a byte counts
    LINE_END = 10
    UNSPACED = 1  # rows of the counts, as are the next
    LETTERS = 6
    CHARS = 8


def count(
    texts,
    const unsigned char[::1] table,  # the class of each character; those beyond its end have that of its last
    long long[:, ::1] counts,  # kinds and all x blocks: filled
    unsigned int[::1] last,  # a block, as all that follow: filled
    unsigned char[::1] first_class,
    unsigned char[::1] last_classes,
):
    """Count the characters of each text and of the line end behind it; see ``CharacterCounts``."""
    cdef:
        EightCounts spread[256]
        EightCounts some
        Py_ssize_t block = 0, place, stop, size
        int kind, bit, value
        void* data
        str text
        Py_UCS4 code
    for value in range(256):
        spread[value] = 0
        for bit in range(8):
            if value >> bit & 1:
                spread[value] |= <EightCounts>1 << 8 * bit
    for text in texts:
        size = PyUnicode_GET_LENGTH(text)
        kind = PyUnicode_KIND(text)
        data = PyUnicode_DATA(text)
        for bit in range(8):
            counts[bit, block] = table[LINE_END] >> bit & 1
        place = 0
        while place < size:
            stop = min(place + MOST, size)
            some = 0
            if kind == 1:
                while place < stop:
                    some += spread[table[(<unsigned char*>data)[place]]]
                    place += 1
            else:
                while place < stop:
                    some += spread[_class_of(table, PyUnicode_READ(kind, data, place))]
                    place += 1
            for bit in range(8):
                counts[bit, block] += some >> 8 * bit & 255
        counts[LETTERS, block] += counts[UNSPACED, block]
        counts[CHARS, block] = size
        code = _character(PyUnicode_READ(kind, data, size - 1)) if size else LINE_END
        last[block] = code
        last_classes[block] = _class_of(table, code)
        if size > 1:
            last_classes[block] |= _class_of(table, PyUnicode_READ(kind, data, size - 2))
        first_class[block] = _class_of(table, PyUnicode_READ(kind, data, 0) if size else LINE_END)
        block += 1


cdef inline unsigned char _class_of(const unsigned char[::1] table, Py_UCS4 code) noexcept:
    return table[min(<Py_ssize_t>_character(code), table.shape[0] - 1)]


cdef inline Py_UCS4 _character(Py_UCS4 code) noexcept:
    """Return the character, a question mark for half of one, as ``str.encode`` puts it."""
    return 63 if 0xD800 <= code <= 0xDFFF else code
