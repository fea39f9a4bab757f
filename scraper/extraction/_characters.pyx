# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The counting of ``CharacterCounts``, over the characters where Python keeps them."""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND, PyUnicode_READ

ctypedef unsigned long long EightCounts  # a byte for each kind of character

cdef enum:
    MOST = 255  # that a byte counts
    LINE_END = 10
    LATIN = 256  # the first characters, which most texts have only
    SPACES = 0  # rows of the counts, as are the next; their first eight are the bits of a class
    UNSPACED, SENTENCE_ENDS, COMMAS, DIGITS, UPPER, LETTERS, MARKS, CHARS

cdef EightCounts _spread[256]  # a class
cdef int _value, _bit
for _value in range(256):
    _spread[_value] = 0
    for _bit in range(8):
        if _value >> _bit & 1:
            _spread[_value] |= <EightCounts>1 << 8 * _bit


def count(
    list texts,
    const unsigned char[::1] table,  # the class of each character; those beyond its end have that of its last
    long long[:, ::1] counts,  # kinds and all x blocks: filled
    double[::1] words,  # a block, as all that follow: filled
    unsigned int[::1] last,
    unsigned char[::1] first_class,
    unsigned char[::1] ends_sentence,
):
    """Count the characters of each text and of the line end behind it; see ``characters.count``."""
    cdef:
        EightCounts latin[LATIN]
        Py_ssize_t block, size
        int kind, code
        void* data
        Py_UCS4 final
        unsigned char classes
        double spaced
    for code in range(LATIN):
        latin[code] = _spread[table[code]]
    for block in range(len(texts)):
        text = <str>texts[block]
        size = PyUnicode_GET_LENGTH(text)
        kind = PyUnicode_KIND(text)
        data = PyUnicode_DATA(text)
        _count_text(kind, data, size, latin, table, &counts[0, block], counts.shape[1])
        spaced = counts[LETTERS, block] / 5.0 if counts[UNSPACED, block] else counts[SPACES, block]
        words[block] = max(spaced + counts[UNSPACED, block] / 2.0, 1.0)
        counts[LETTERS, block] += counts[UNSPACED, block]
        counts[CHARS, block] = size
        final = _character(PyUnicode_READ(kind, data, size - 1)) if size else LINE_END
        last[block] = final
        classes = _class_of(table, final)
        if size > 1:
            classes |= _class_of(table, PyUnicode_READ(kind, data, size - 2))
        ends_sentence[block] = classes >> SENTENCE_ENDS & 1
        first_class[block] = _class_of(table, PyUnicode_READ(kind, data, 0) if size else LINE_END)


cdef void _count_text(
    int kind, void* data, Py_ssize_t size, const EightCounts* latin, const unsigned char[::1] table, long long* counts,
    Py_ssize_t step,  # from one kind to the next
) noexcept:
    cdef:
        const unsigned char* narrow = <const unsigned char*>data
        const unsigned short* wide = <const unsigned short*>data
        EightCounts some
        Py_ssize_t place = 0, stop
        int bit
    for bit in range(8):
        counts[bit * step] = latin[LINE_END] >> 8 * bit & 255
    while place < size:
        stop = min(place + MOST, size)
        some = 0
        if kind == 1:
            while place < stop:
                some += latin[narrow[place]]
                place += 1
        elif kind == 2:
            while place < stop:
                some += latin[wide[place]] if wide[place] < LATIN else _spread[_class_of(table, wide[place])]
                place += 1
        else:
            while place < stop:
                some += _spread[_class_of(table, PyUnicode_READ(kind, data, place))]
                place += 1
        for bit in range(8):
            counts[bit * step] += some >> 8 * bit & 255


cdef inline unsigned char _class_of(const unsigned char[::1] table, Py_UCS4 code) noexcept:
    return table[min(<Py_ssize_t>_character(code), table.shape[0] - 1)]


cdef inline Py_UCS4 _character(Py_UCS4 code) noexcept:
    """Return the character, a question mark for half of one, as ``str.encode`` puts it."""
    return 63 if 0xD800 <= code <= 0xDFFF else code
