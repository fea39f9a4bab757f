# cython: language_level=3, boundscheck=False, wraparound=False
"""Loops over the bytes or characters of a text, which ``decode.py``, ``parse.py``, ``text.py`` and ``rules/lookup.py``
have in Python as well."""

from libc.string cimport memcmp, memcpy

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    #define WITH_WIDER_REGISTERS __attribute__((target_clones("avx2", "default")))
    #else
    #define WITH_WIDER_REGISTERS
    #endif

    #define STEP 64
    /* Tell whether "</b" or "</h" begins in one of the next bytes: they are compared all at once. */
    WITH_WIDER_REGISTERS static int has_end_tag(const unsigned char* text) {
        unsigned char found = 0;
        for (int place = 0; place < STEP; place++) {
            unsigned char small = text[place + 2] | 32;
            found |= (text[place] == '<') & (text[place + 1] == '/') & ((small == 'b') | (small == 'h'));
        }
        return found;
    }
    """
    enum:
        STEP
    int has_end_tag(const unsigned char* text) noexcept

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_UCS4 PyUnicode_READ(int kind, void* data, Py_ssize_t place)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    bint PyUnicode_IS_ASCII(object text)

ctypedef unsigned long long Eight


def is_utf8(bytes body):
    """Tell whether ``bytes.decode("utf-8")`` would read the bytes."""
    cdef:
        const unsigned char* byte = <const unsigned char*>body
        const unsigned char* end = byte + len(body)
        unsigned char lead, second
        Eight some
    while byte < end:
        if end - byte >= 8:
            memcpy(&some, byte, 8)
            if not some & 0x8080808080808080ULL:
                byte += 8
                continue
        lead = byte[0]
        if lead < 0x80:
            byte += 1
        elif lead < 0xE0:
            if lead < 0xC2 or end - byte < 2 or not _follows(byte[1]):
                return False
            byte += 2
        elif lead < 0xF0:
            if end - byte < 3 or not _follows(byte[1]) or not _follows(byte[2]):
                return False
            second = byte[1]
            if (lead == 0xE0 and second < 0xA0) or (lead == 0xED and second >= 0xA0):  # too long; a surrogate
                return False
            byte += 3
        else:
            if lead > 0xF4 or end - byte < 4:
                return False
            second = byte[1]
            if not _follows(second) or not _follows(byte[2]) or not _follows(byte[3]):
                return False
            if (lead == 0xF0 and second < 0x90) or (lead == 0xF4 and second >= 0x90):  # too long; beyond Unicode
                return False
            byte += 4
    return True


cdef inline bint _follows(unsigned char byte) noexcept:
    return byte & 0xC0 == 0x80


def without_end_tags(bytes body):
    """Return the bytes without the end tags of body and html."""
    cdef:
        const unsigned char* text = <const unsigned char*>body
        Py_ssize_t size = len(body), place = 0, done = 0, end, stop
        list pieces = []
    while place < size:
        if size - place > STEP + 2 and not has_end_tag(text + place):
            place += STEP
            continue
        stop = min(place + STEP, size)
        while place < stop:
            end = _end_tag(text, place, size) if text[place] == 60 else 0
            if end:
                pieces.append(body[done:place])
                place = done = end
            else:
                place += 1
    if not pieces:
        return body
    pieces.append(body[done:])
    return b"".join(pieces)


cdef Py_ssize_t _end_tag(const unsigned char* text, Py_ssize_t place, Py_ssize_t size) noexcept:
    """Return where an end tag of body or html ends that begins at ``place``; 0 for none."""
    cdef char name[4]
    cdef int letter
    if size - place < 7 or text[place + 1] != 47:
        return 0
    for letter in range(4):
        name[letter] = text[place + 2 + letter] | 32
    if memcmp(name, b"body", 4) and memcmp(name, b"html", 4):
        return 0
    place += 6
    while place < size and (text[place] == 32 or 9 <= text[place] <= 13):
        place += 1
    return place + 1 if place < size and text[place] == 62 else 0


cdef enum:
    COPYRIGHT = 1  # the token for "(c)"
    MOST_BITS = 0x7FFF  # of `bits`

cdef Eight _START = 0xCBF29CE484222325ULL


cdef inline Eight _with(Eight hashed, unsigned char byte) noexcept:
    """Add a byte to a hash: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/."""
    return (hashed ^ byte) * 0x100000001B3ULL


cdef class Words:
    """Rules by their tokens, for lines in ASCII with typographic quotes and dashes: see ``Lookup.find``.

    A token is known by its hash of 64 bits. If ever another has the same, a pattern is tried in vain.
    """

    cdef unsigned char small[128]  # of each character of a token its small letter; 0 for what parts tokens
    cdef unsigned char bits[4096]  # of most words they tell that no rule has them, in the processor's cache
    cdef object table  # the memory of the next, of 2^n places
    cdef Eight* hashes  # 0 for an empty place
    cdef int* places  # in ``rules``
    cdef Eight mask
    cdef list rules

    def __cinit__(self, rules_of, bytes spaces):
        """``rules_of`` are the numbers of each token's rules, ``spaces`` is what ``bytes.translate`` makes of a line."""
        cdef int code
        cdef Py_ssize_t size = 8
        cdef Eight at, hashed
        for code in range(128):
            self.small[code] = 0 if spaces[code] == 32 else spaces[code]
        while size < 4 * len(rules_of):
            size *= 2
        self.mask = size - 1
        self.table = bytearray(size * (sizeof(Eight) + sizeof(int)))
        self.hashes = <Eight*><char*>self.table
        self.places = <int*>(self.hashes + size)
        self.rules = [list(numbers) for numbers in rules_of.values()]
        for place, token in enumerate(rules_of):
            hashed = _START
            for code in token:
                hashed = _with(hashed, code)
            at = self.place_of(hashed)
            self.hashes[at] = hashed
            self.places[at] = place
            self.bits[(hashed & MOST_BITS) >> 3] |= 1 << (hashed & 7)

    cdef inline Eight place_of(self, Eight hashed) noexcept:
        """Return where a hash is in the table, or the empty place where it would be."""
        cdef Eight at = (hashed ^ (hashed >> 32)) & self.mask
        while self.hashes[at] and self.hashes[at] != hashed:
            at = (at + 1) & self.mask
        return at

    def find(self, str line):
        """Return the numbers of the rules in order, ``None`` for a line with other characters."""
        cdef:
            int kind = PyUnicode_KIND(line)
            void* data = PyUnicode_DATA(line)
            Py_ssize_t size = PyUnicode_GET_LENGTH(line), place = 0
            Eight hashed = _START
            Py_UCS4 code = 0
            unsigned char small
            list found = []
        if kind == 1 and not PyUnicode_IS_ASCII(line):
            return None
        while place < size:
            code = PyUnicode_READ(kind, data, place)
            place += 1
            if code < 128:
                small = self.small[code]
                if small:
                    hashed = _with(hashed, small)
                    continue
            elif not 0x2000 <= code <= 0x203F:
                return None
            if hashed != _START:
                self.add_rules(hashed, found)
                hashed = _START
            if code == 40 and _is_copyright(kind, data, place, size):
                self.add_rules(_with(_START, COPYRIGHT), found)
                place += 2
        if hashed != _START:
            self.add_rules(hashed, found)
        if len(found) > 1:
            return sorted(set(found))
        return found

    cdef int add_rules(self, Eight hashed, list found) except -1:
        cdef Eight at
        if not self.bits[(hashed & MOST_BITS) >> 3] >> (hashed & 7) & 1:
            return 0
        at = self.place_of(hashed)
        if self.hashes[at]:
            found += <list>self.rules[self.places[at]]
        return 0


cdef inline bint _is_copyright(int kind, void* data, Py_ssize_t place, Py_ssize_t size):
    """Tell whether "c)" stands here."""
    if size - place < 2 or PyUnicode_READ(kind, data, place + 1) != 41:
        return False
    return PyUnicode_READ(kind, data, place) == 99 or PyUnicode_READ(kind, data, place) == 67


cdef inline bint _is_unspaced(Py_UCS4 code) noexcept:
    """See ``text._UNSPACED``."""
    if code < 0x0E00:
        return False
    return (
        code <= 0x0EFF or 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x17FF or 0x3040 <= code <= 0x30FF
        or 0x31F0 <= code <= 0x31FF or 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2FFFF
    )


cdef Py_ssize_t _words(str text, bint apart, Py_ssize_t* unspaced):
    """Return the number of words; ``apart``: characters of scripts without spaces part words and are none."""
    cdef:
        int kind = PyUnicode_KIND(text)
        void* data = PyUnicode_DATA(text)
        const unsigned char* byte = <const unsigned char*>data
        Py_ssize_t place, size = PyUnicode_GET_LENGTH(text), words = 0
        bint is_white, was_white = True
        Py_UCS4 code
    if PyUnicode_IS_ASCII(text):
        for place in range(size):
            is_white = byte[place] == 32 or 9 <= byte[place] <= 13 or 28 <= byte[place] <= 31
            words += was_white & ~is_white
            was_white = is_white
        return words
    for place in range(size):
        code = PyUnicode_READ(kind, data, place)
        if code < 0x0E00:
            is_white = code.isspace()
        else:
            is_white = code.isspace()
            if _is_unspaced(code):
                unspaced[0] += 1
                is_white = apart
        words += was_white and not is_white
        was_white = is_white
    return words


def reading_words(str text):
    """See ``text.reading_words``."""
    cdef Py_ssize_t unspaced = 0
    cdef Py_ssize_t words = _words(text, True, &unspaced)
    return words + unspaced // 2


def spaced_words(str text):
    """See ``text.spaced_words``."""
    cdef Py_ssize_t unspaced = 0, letters = 0
    cdef Py_ssize_t words = _words(text, False, &unspaced)
    if unspaced:
        letters = sum(map(str.isalpha, text))
    return None if unspaced and 2 * unspaced > letters else words


cdef enum:
    MOST_LETTERS = 64


def ascii_letters(str text, Py_ssize_t chars, Py_ssize_t most):
    """Return the first letters and digits in ``chars`` characters, in lower case, at most ``most`` (up to 64).

    ``None`` where the characters are not in ASCII.
    """
    cdef:
        int kind = PyUnicode_KIND(text)
        void* data = PyUnicode_DATA(text)
        Py_ssize_t place, count = 0
        unsigned int code
        char letters[MOST_LETTERS]
    for place in range(min(chars, PyUnicode_GET_LENGTH(text))):
        code = PyUnicode_READ(kind, data, place)
        if code >= 128:
            return None
        if count < most and (48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122):
            letters[count] = <char>code if code <= 57 else <char>(code | 32)
            count += 1
    return letters[:count].decode("ascii")


cdef inline bint _closes(Py_UCS4 code) noexcept:
    """See ``matching._CLOSING``: quotation marks and brackets."""
    return code == 34 or code == 39 or code == 41 or code == 93 or code == 0x201D or code == 0x2019


def sentence_starts(str text, Py_ssize_t begin):
    """Return where a sentence begins behind the end of another, from ``begin`` on: ``matching._SENTENCE_END``.

    ``None`` for a text with other characters than those of ``Words.find``.
    """
    cdef:
        int kind = PyUnicode_KIND(text)
        void* data = PyUnicode_DATA(text)
        Py_ssize_t size = PyUnicode_GET_LENGTH(text), place, next_
        Py_UCS4 code
        list starts = []
    for place in range(begin, size):
        code = PyUnicode_READ(kind, data, place)
        if code >= 128 and not 0x2000 <= code <= 0x203F:
            return None
    place = begin
    while place < size:
        code = PyUnicode_READ(kind, data, place)
        place += 1
        if code != 46 and code != 33 and code != 63 and code != 0x2026:
            continue
        next_ = place
        while next_ < size and _closes(PyUnicode_READ(kind, data, next_)):
            next_ += 1
        if next_ < size and (
            PyUnicode_READ(kind, data, next_).isspace() or (code == 0x2026 and next_ - place < 2)
        ):
            while next_ < size and PyUnicode_READ(kind, data, next_).isspace():
                next_ += 1
            if next_ < size and not _closes(PyUnicode_READ(kind, data, next_)):
                starts.append(next_)
                place = next_
    return starts
