# cython: language_level=3, boundscheck=False, wraparound=False
"""Loops over the bytes or characters of a text, which ``parse.py``, ``text.py``, ``rules`` and
``extraction/completeness.py`` have in Python as well."""

from libc.string cimport memchr, memcmp, memcpy, memset

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
    #define WITH_WIDER_REGISTERS __attribute__((target_clones("avx2", "default")))
    #else
    #define WITH_WIDER_REGISTERS
    #endif

    #define STEP 256
    /* Tell whether "</b" or "</h" begins in one of the next bytes: they are compared all at once. */
    WITH_WIDER_REGISTERS static int has_end_tag(const unsigned char* text) {
        unsigned char found = 0;
        for (int place = 0; place < STEP; place++) {
            unsigned char small = text[place + 2] | 32;
            found |= (text[place] == '<') & (text[place + 1] == '/') & ((small == 'b') | (small == 'h'));
        }
        return found;
    }

    /* Tell whether one of the next bytes is ESC or not in ASCII. */
    WITH_WIDER_REGISTERS static int has_other_bytes(const unsigned char* text) {
        unsigned char found = 0;
        for (int place = 0; place < STEP; place++)
            found |= (text[place] >= 0x80) | (text[place] == 0x1B);
        return found;
    }
    """
    enum:
        STEP
    int has_other_bytes(const unsigned char* text) noexcept
    int has_end_tag(const unsigned char* text) noexcept

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void* PyUnicode_DATA(object text)
    Py_UCS4 PyUnicode_READ(int kind, const void* data, Py_ssize_t place)
    object PyUnicode_FromKindAndData(int kind, const void* data, Py_ssize_t size)
    void* PyMem_Malloc(size_t size)
    void PyMem_Free(void* memory)
    Py_ssize_t PY_SSIZE_T_MAX
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    bint PyUnicode_IS_ASCII(object text)

ctypedef unsigned long long Eight

ctypedef fused Char:  # what a ``str`` keeps a character in: 1, 2 or 4 bytes, by the largest of them
    unsigned char
    unsigned short
    unsigned int


def is_utf8(bytes body):
    """See ``text.is_utf8``."""
    cdef:
        const unsigned char* byte = <const unsigned char*>body
        const unsigned char* end = byte + len(body)
        const unsigned char* stop
        unsigned char lead, second
    while byte < end:
        if end - byte >= STEP and not has_other_bytes(byte):
            byte += STEP
            continue
        stop = min(byte + STEP, end)
        while byte < stop:
            lead = byte[0]
            if lead < 0x80:
                if lead == 0x1B:
                    return False
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
    """See ``parse.without_end_tags``."""
    cdef:
        const unsigned char* text = <const unsigned char*>body
        const unsigned char* bracket
        Py_ssize_t size = len(body), place = 0, end, stop
        list spans = []
    while place < size:
        if size - place > STEP + 2 and not has_end_tag(text + place):
            place += STEP
            continue
        stop = min(place + STEP, size)
        while place < stop:
            bracket = <const unsigned char*>memchr(text + place, 60, stop - place)
            if not bracket:
                place = stop
                break
            place = bracket - text
            end = _end_tag(text, place, size)
            if end:
                spans.append((place, end))
            place = end or place + 1
    return without_spans(body, spans) if spans else body


def without_spans(bytes body, list spans):
    """Return the bytes without what is between these places."""
    cdef Py_ssize_t first = spans[0][0]
    ends = [first, *[end for _, end in spans]]
    starts = [*[start for start, _ in spans], len(body)]
    rest = b"".join([body[start:end] for start, end in zip(ends, starts)])
    return body[:first] + rest if rest.strip(b" \t\r\n") or not first else memoryview(body)[:first]


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
    COPYRIGHT = 1  # the token for "(c)" and "©"
    MOST_BITS = 0x7FFF  # of `bits`
    # The characters of a line: ASCII with typographic quotes and dashes; letters, too; those of other scripts.
    KNOWN = 0
    LETTERS = 1
    OTHERS = 2

cdef Eight _START = 0xCBF29CE484222325ULL


cdef inline Eight _with(Eight hashed, unsigned char byte) noexcept:
    """Add a byte to a hash: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/."""
    return (hashed ^ byte) * 0x100000001B3ULL


cdef inline unsigned char _first_byte(unsigned int code) noexcept:
    """Return the first byte in UTF-8 of a character beyond ASCII."""
    return 0xC0 | code >> 6 if code < 0x800 else 0xE0 | code >> 12 if code < 0x10000 else 0xF0 | code >> 18


cdef inline Eight _with_utf8(Eight hashed, unsigned int code) noexcept:
    hashed = _with(hashed, _first_byte(code))
    if code >= 0x10000:
        hashed = _with(hashed, 0x80 | code >> 12 & 0x3F)
    if code >= 0x800:
        hashed = _with(hashed, 0x80 | code >> 6 & 0x3F)
    return _with(hashed, 0x80 | code & 0x3F)


cdef class Words:
    """Rules by their tokens, for lines in scripts that put spaces between words: see ``Lookup.find``.

    A token is known by its hash of 64 bits. If ever another has the same, a pattern is tried in vain.
    """

    cdef unsigned char small[128]  # of each character of a token its small letter; 0 for what parts tokens
    cdef unsigned char is_lead[256]  # of each byte, whether a character of another script begins with it
    cdef object memory  # of the next three, which do not change
    cdef Eight* hashes  # of 2^n places; 0 for an empty one
    cdef int* places  # in ``numbers``
    cdef int* numbers  # of each token's rules, then -1
    cdef Eight mask
    cdef bytes allowed  # of each rule, whether it is looked for
    cdef unsigned char bits[4096]  # of most words they tell that no such rule has them, in the processor's cache

    def __init__(self, rules_of, bytes spaces, bytes no_lead, bytes allowed):
        """``rules_of`` are the numbers of each token's rules, ``spaces`` is what ``bytes.translate`` makes of a line.

        No character of a script without spaces begins with a byte of ``no_lead``.
        """
        cdef int code, number
        cdef Py_ssize_t size = 8, place = 0, count = sum([len(numbers) + 1 for numbers in rules_of.values()])
        cdef Eight at, hashed
        for code in range(128):
            self.small[code] = 0 if spaces[code] == 32 else spaces[code]
        for code in range(256):
            self.is_lead[code] = code not in no_lead
        while size < 4 * len(rules_of):
            size *= 2
        self.mask = size - 1
        self.memory = bytearray(size * (sizeof(Eight) + sizeof(int)) + count * sizeof(int))
        self.hashes = <Eight*><char*>self.memory
        self.places = <int*>(self.hashes + size)
        self.numbers = self.places + size
        for token, numbers in rules_of.items():
            hashed = _START
            for code in token:
                hashed = _with(hashed, code)
            at = self.place_of(hashed)
            self.hashes[at] = hashed
            self.places[at] = place
            for number in (*numbers, -1):
                self.numbers[place] = number
                place += 1
        self.allow(allowed)

    def among(self, bytes allowed):
        """Return the same for other rules."""
        cdef Words some = Words.__new__(Words)
        memcpy(some.small, self.small, sizeof(self.small))
        memcpy(some.is_lead, self.is_lead, sizeof(self.is_lead))
        some.memory = self.memory
        some.hashes, some.places, some.numbers, some.mask = self.hashes, self.places, self.numbers, self.mask
        some.allow(allowed)
        return some

    cdef allow(self, bytes allowed):
        cdef const unsigned char* is_allowed = allowed
        cdef Eight at
        cdef int* number
        self.allowed = allowed
        memset(self.bits, 0, sizeof(self.bits))
        for at in range(self.mask + 1):
            if self.hashes[at]:
                number = self.numbers + self.places[at]
                while number[0] >= 0 and not is_allowed[number[0]]:
                    number += 1
                if number[0] >= 0:
                    self.bits[(self.hashes[at] & MOST_BITS) >> 3] |= 1 << (self.hashes[at] & 7)

    cdef inline Eight place_of(self, Eight hashed) noexcept:
        """Return where a hash is in the table, or the empty place where it would be."""
        cdef Eight at = (hashed ^ (hashed >> 32)) & self.mask
        while self.hashes[at] and self.hashes[at] != hashed:
            at = (at + 1) & self.mask
        return at

    def find(self, str line):
        """Return the numbers of the rules in order, ``None`` for a line in a script without spaces."""
        cdef list found = []
        cdef int seen
        if PyUnicode_IS_ASCII(line):
            seen = self.add_of(<const unsigned char*>PyUnicode_DATA(line), PyUnicode_GET_LENGTH(line), False, found)
        else:
            seen = self.add_of_any(line, False, found)
            if seen == LETTERS:  # their small letters are not told by a table
                found = []
                seen = self.add_of_any(line.lower(), True, found)
        if seen != KNOWN:
            return None
        if len(found) > 1:
            return sorted(set(found))
        return found

    cdef int add_of_any(self, str line, bint is_lowered, list found) except -1:
        cdef:
            int kind = PyUnicode_KIND(line)
            void* data = PyUnicode_DATA(line)
            Py_ssize_t size = PyUnicode_GET_LENGTH(line)
        if kind == 1:
            return self.add_of(<const unsigned char*>data, size, is_lowered, found)
        if kind == 2:
            return self.add_of(<const unsigned short*>data, size, is_lowered, found)
        return self.add_of(<const unsigned int*>data, size, is_lowered, found)

    cdef int add_of(self, const Char* line, Py_ssize_t size, bint is_lowered, list found) except -1:
        """Add the rules of each token, and return which characters the line has."""
        cdef:
            Py_ssize_t place = 0
            Eight hashed = _START
            unsigned int code
            unsigned char small
        while place < size:
            code = line[place]
            place += 1
            if code < 0x80:
                small = self.small[code]
                if small:
                    hashed = _with(hashed, small)
                    continue
            elif not 0x2000 <= code <= 0x203F:  # quotes, dashes and spaces
                if self.is_lead[_first_byte(code)]:
                    return OTHERS
                if not is_lowered:
                    return LETTERS
                if code == 0x307:  # the dot of a "İ" in lower case
                    continue
                if not _is_mark(code):
                    hashed = _with_utf8(hashed, code)
                    continue
            if hashed != _START:
                self.add_rules(hashed, found)
                hashed = _START
            if code == 0xA9 or code == 0x24D2:
                self.add_rules(_with(_START, COPYRIGHT), found)
            elif code == 40 and size - place >= 2 and line[place + 1] == 41 and line[place] | 32 == 99:  # (c)
                self.add_rules(_with(_START, COPYRIGHT), found)
                place += 2
        if hashed != _START:
            self.add_rules(hashed, found)
        return KNOWN

    cdef int add_rules(self, Eight hashed, list found) except -1:
        cdef Eight at
        cdef int* number
        if not self.bits[(hashed & MOST_BITS) >> 3] >> (hashed & 7) & 1:
            return 0
        at = self.place_of(hashed)
        if self.hashes[at]:
            number = self.numbers + self.places[at]
            while number[0] >= 0:
                if (<const unsigned char*>self.allowed)[number[0]]:
                    found.append(number[0])
                number += 1
        return 0


cdef inline bint _is_mark(unsigned int code) noexcept:
    """Tell signs of Latin-1, "،", "؛", "؟", wide marks and "ⓒ": what ``lookup._without_marks`` makes a space."""
    return (
        0xA0 <= code <= 0xBF or code == 0x60C or code == 0x61B or code == 0x61F or code == 0x24D2
        or 0xFF01 <= code <= 0xFF0F or 0xFF1A <= code <= 0xFF20 or 0xFF3B <= code <= 0xFF3D or 0xFF5B <= code <= 0xFF5D
    )  # fmt: skip


cdef inline bint _is_unspaced(Py_UCS4 code) noexcept:
    """See ``text._UNSPACED``."""
    return (
        0x4E00 <= code <= 0x9FFF or 0x3040 <= code <= 0x30FF or 0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x17FF or 0x31F0 <= code <= 0x31FF
        or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2FFFF
    )


cdef Py_ssize_t _words(str text, bint apart, Py_ssize_t* unspaced):
    """Return the number of words; ``apart``: characters of scripts without spaces part words and are none."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void* data = PyUnicode_DATA(text)
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text)
    if kind == 1:
        return _words_of(<const unsigned char*>data, size, apart, unspaced)
    if kind == 2:
        return _words_of(<const unsigned short*>data, size, apart, unspaced)
    return _words_of(<const unsigned int*>data, size, apart, unspaced)


cdef Py_ssize_t _words_of(const Char* text, Py_ssize_t size, bint apart, Py_ssize_t* unspaced) noexcept:
    cdef:
        Py_ssize_t place = 0, stop, words = 0
        bint is_white, was_white = True
        unsigned int code
    while place < size:
        stop = min(place + STEP, size)
        if _are_spaced(text + place, stop - place):
            words += (was_white & ~_is_white(text[place])) + _words_behind(text + place, stop - place)
            was_white = _is_white(text[stop - 1])
            place = stop
            continue
        for place in range(place, stop):
            code = text[place]
            is_white = apart if _is_unspaced(code) else (<Py_UCS4>code).isspace()
            unspaced[0] += _is_unspaced(code)
            words += was_white & ~is_white
            was_white = is_white
        place = stop
    return words


cdef inline bint _are_spaced(const Char* text, Py_ssize_t size) noexcept:
    """Tell whether all characters are of scripts with spaces, or dashes and quotes; many are compared at once."""
    cdef Py_ssize_t place
    cdef Char code
    cdef bint found = False
    for place in range(size):
        code = text[place]
        found |= (code >= 0x0E00) & ((code < 0x2010) | (code > 0x2027))
    return not found


cdef inline int _words_behind(const Char* text, Py_ssize_t size) noexcept:
    """Return how many words begin behind the first character of what is spaced."""
    cdef Py_ssize_t place
    cdef int words = 0
    for place in range(1, size):
        words += _is_white(text[place - 1]) & ~_is_white(text[place])
    return words


cdef inline bint _is_white(Char code) noexcept:
    """Tell white space below U+0E00."""
    return (
        (code == 32) | ((code >= 9) & (code <= 13)) | ((code >= 28) & (code <= 31)) | (code == 0x85) | (code == 0xA0)
    )


def reading_words(str text):
    """See ``text.reading_words``."""
    cdef Py_ssize_t unspaced = 0
    cdef Py_ssize_t words = _words(text, True, &unspaced)
    return words + unspaced // 2


def spaced_words(str text):
    """See ``text.spaced_words``."""
    cdef Py_ssize_t unspaced = 0, letters = 0
    cdef Py_ssize_t words = _words(text, False, &unspaced)
    cdef Py_UCS4 code
    if unspaced:
        for code in text:
            letters += code.isalpha()
    return None if unspaced and 2 * unspaced > letters else words


def letters(str text, Py_ssize_t chars=PY_SSIZE_T_MAX, Py_ssize_t most=PY_SSIZE_T_MAX):
    """See ``text.letters``."""
    cdef:
        int kind = PyUnicode_KIND(text)
        const void* data = PyUnicode_DATA(text)
        Py_ssize_t place, count = 0, size = min(chars, PyUnicode_GET_LENGTH(text))
        unsigned int code
        unsigned int* found
    if not PyUnicode_IS_ASCII(text):
        text = text[:size].casefold()
        kind, data, size = PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)
    found = <unsigned int*>PyMem_Malloc(max(1, size) * sizeof(code))
    if not found:
        raise MemoryError
    for place in range(size):
        if count >= most:
            break
        code = PyUnicode_READ(kind, data, place)
        if code >= 0x80:
            if not (<Py_UCS4>code).isalnum():
                continue
        elif 65 <= code <= 90:
            code |= 32
        elif not (97 <= code <= 122 or 48 <= code <= 57):
            continue
        found[count] = code
        count += 1
    try:
        return PyUnicode_FromKindAndData(sizeof(code), found, count)
    finally:
        PyMem_Free(found)


def tokens_apart(str text):
    """See ``completeness.tokens_apart``."""
    cdef:
        int kind
        const void* data
        Py_ssize_t place, size, count = 0
        Py_UCS4 code
        bint in_word = False, is_letter, is_single
        unsigned int* found
    if _has_letters_beyond_ascii(text):
        text = text.casefold()
    kind, data, size = PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)
    found = <unsigned int*>PyMem_Malloc((2 * size + 1) * sizeof(unsigned int))
    if not found:
        raise MemoryError
    for place in range(size):
        code = PyUnicode_READ(kind, data, place)
        if code < 0x80:
            is_letter = 97 <= code <= 122 or 65 <= code <= 90 or 48 <= code <= 57
        else:
            is_letter = code.isalnum()
        is_single = code >= 0x0E00 and not (in_word and is_letter) and (
            code <= 0x0EFF or 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF
        )
        if is_letter or is_single:
            if count and (is_single or not in_word):
                found[count] = 32
                count += 1
            found[count] = <unsigned int>code | 32 if 65 <= code <= 90 else <unsigned int>code
            count += 1
        in_word = is_letter and not is_single
    try:
        return PyUnicode_FromKindAndData(sizeof(unsigned int), found, count)
    finally:
        PyMem_Free(found)


cdef bint _has_letters_beyond_ascii(str text) noexcept:
    """Tell whether a text has other characters than ASCII with typographic quotes, dashes and spaces."""
    cdef int kind = PyUnicode_KIND(text)
    cdef const void* data = PyUnicode_DATA(text)
    cdef Py_ssize_t place
    cdef unsigned int code
    if PyUnicode_IS_ASCII(text):
        return False
    for place in range(PyUnicode_GET_LENGTH(text)):
        code = PyUnicode_READ(kind, data, place)
        if code >= 0x80 and code != 0xA0 and not 0x2000 <= code <= 0x203F:
            return True
    return False


def has_controls(str text):
    """Tell whether a text has a control character but tabs and line ends: ``article._CONTROLS``."""
    cdef:
        int kind = PyUnicode_KIND(text)
        const void* data = PyUnicode_DATA(text)
        Py_ssize_t size = PyUnicode_GET_LENGTH(text)
    if kind == 1:
        return _has_controls(<const unsigned char*>data, size)
    if kind == 2:
        return _has_controls(<const unsigned short*>data, size)
    return _has_controls(<const unsigned int*>data, size)


cdef bint _has_controls(const Char* text, Py_ssize_t size) noexcept:
    cdef Py_ssize_t place
    cdef Char code
    cdef bint found = False
    for place in range(size):  # without an end at the first: many are compared at once
        code = text[place]
        found |= (code < 32) & (code != 9) & (code != 10) & (code != 13) | (code >= 127) & (code < 160)
    return found


def is_shown(str text):
    """Tell whether ``text.visible`` surely returns the text as it is."""
    cdef:
        int kind = PyUnicode_KIND(text)
        const void* data = PyUnicode_DATA(text)
        Py_ssize_t size = PyUnicode_GET_LENGTH(text)
    if kind == 1:
        return _is_shown(<const unsigned char*>data, size)
    if kind == 2:
        return _is_shown(<const unsigned short*>data, size)
    return _is_shown(<const unsigned int*>data, size)


cdef bint _is_shown(const Char* text, Py_ssize_t size) noexcept:
    cdef Py_ssize_t place
    cdef Py_UCS4 code
    for place in range(size):
        code = text[place]
        if 32 <= code < 127 or 9 <= code <= 10 or 0xA0 <= code < 0xAD or 0xAE <= code < 0x300:
            continue
        # Dashes, quotes, "…"; Cyrillic; Han and its punctuation; kana; Hangul; wide signs; Greek; Arabic; Hebrew.
        if not (
            0x2010 <= code <= 0x2027 or 0x400 <= code < 0x483 or 0x4E00 <= code < 0xA000 or 0x3000 <= code < 0x302A
            or 0x3041 <= code < 0x3097 or 0x30A0 <= code <= 0x30FF or 0xAC00 <= code < 0xD7A4 or 0xFF01 <= code < 0xFF5F
            or 0x388 <= code < 0x3D0 or 0x620 <= code < 0x64B or code == 0x60C or 0x5D0 <= code < 0x5EB
        ):
            return False
    return True


cdef inline bint _closes(Py_UCS4 code) noexcept:
    """See ``matching._CLOSING``: quotation marks and brackets."""
    if code < 0x80:
        return code == 34 or code == 39 or code == 41 or code == 93
    return (
        code == 0xBB or code == 0x2019 or code == 0x201D or code == 0x300D or code == 0x300F or code == 0x3011
        or code == 0xFF09
    )


cdef inline bint _is_wide_end(Py_UCS4 code) noexcept:
    """Tell the marks behind which the next sentence may begin without a space."""
    return code == 0x2026 or code == 0x3002 or code == 0xFF01 or code == 0xFF1F


def sentence_starts(str text, Py_ssize_t begin):
    """Return where a sentence begins behind the end of another, from ``begin`` on: ``matching._SENTENCE_END``."""
    cdef int kind = PyUnicode_KIND(text)
    cdef void* data = PyUnicode_DATA(text)
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(text)
    if kind == 1:
        return _starts(<const unsigned char*>data, begin, size)
    if kind == 2:
        return _starts(<const unsigned short*>data, begin, size)
    return _starts(<const unsigned int*>data, begin, size)


cdef list _starts(const Char* text, Py_ssize_t begin, Py_ssize_t size):
    cdef:
        Py_ssize_t place = begin, next_
        Py_UCS4 code
        list starts = []
    while place < size:
        code = text[place]
        place += 1
        if 63 < code < 0x2026 or (code != 46 and code != 33 and code != 63 and not _is_wide_end(code)):
            continue
        next_ = place
        while next_ < size and _closes(text[next_]):
            next_ += 1
        if next_ < size and (
            (<Py_UCS4>text[next_]).isspace() or (code >= 0x2026 and next_ - place < 2)
        ):
            while next_ < size and (<Py_UCS4>text[next_]).isspace():
                next_ += 1
            if next_ < size and not _closes(text[next_]):
                starts.append(next_)
                place = next_
    return starts
