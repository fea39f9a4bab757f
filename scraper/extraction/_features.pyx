# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``features.block_features`` does with arrays, row by row into the matrix that the trees of a model take.

Sums are added up in the order in which ``features.py`` does it, so that the last digits are the same.
"""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_GET_LENGTH, PyUnicode_KIND, PyUnicode_READ
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from scraper.extraction import features
from scraper.extraction.characters import UPPER

ctypedef long long Number
ctypedef unsigned long long Hash

# The rows in the order of ``block_features``.
cdef enum:
    WORDS, CHARS, LINK_DENSITY, LINKS, TAG, SENTENCE_ENDS, ENDS_SENTENCE, SENTENCE_WORDS, ENDS_COLON, ENDS_QUESTION
    COMMAS, COMMA_SHARE, DIGIT_SHARE, UPPER_SHARE, STARTS_UPPER, MARK_SHARE, LETTER_SHARE, COPIES
    WINDOWS  # a window: words, links and good words before and after
    TAG_BEFORE = WINDOWS + 6 * 4
    TAG_AFTER, SIG_COUNT, SIG_SHARE, SIG_WORDS, SIG_LINKS, SIG_GOOD, SIG_GOOD_SHARE, DEPTH, UP0_REPEATS
    UP  # a step: words, links, good words, blocks and repeats
    IN_GUESS = UP + 3 * 5
    GUESS_STEPS, GUESS_COMMON, GUESS_SHARE, GUESS_BEFORE, GUESS_AFTER_GOOD, GUESS_AFTER_BLOCKS, GUESS_BEFORE_BLOCKS
    BRANCH_WORDS, BRANCH_LINKS, BRANCH_GOOD, BRANCH_BLOCKS, BRANCH_GOOD_BEFORE, BRANCH_GOOD_AFTER
    IS_TITLE, IS_DESCRIPTION, TITLE_BLOCKS, TITLE_GOOD, TITLE_STEPS, TITLE_COMMON
    SECTION_LEVEL, SECTION_PLACE, SECTION_WORDS, SECTION_GOOD, SECTION_LINKS, SECTION_BLOCKS, SECTION_GOOD_BEFORE
    SECTION_GOOD_AFTER, PLACE, GOOD_PLACE, GOOD_LEFT
    PAGE_BLOCKS, PAGE_GOOD, PAGE_GOOD_SHARE, PAGE_LINKS, PAGE_UNSPACED, PAGE_H1
    ANY_FLAGS
    FLAGS = 46
    NEAR_FLAGS = ANY_FLAGS + FLAGS
    ROWS = NEAR_FLAGS + FLAGS

cdef enum:  # the kinds of characters that are needed here, in the order of ``CharacterCounts.kinds``
    SPACES = 0
    UNSPACED, ENDS, COMMA, DIGITS, UPPERS, LETTERS, MARKS, ALL_CHARS, KINDS

cdef enum:
    WIDEST = 12
    FIRST_HEADING = 1
    LAST_HEADING = 6

assert features.WINDOWS[3] == WIDEST and features.HEADINGS == (FIRST_HEADING, LAST_HEADING)
assert len(features.NAMES) == ROWS and features.NAMES[NEAR_FLAGS] == f"near_{features.FLAG_NAMES[0]}"

cdef:
    Py_ssize_t[4] _WINDOWS
    dict _tag_codes = features.TAG_CODES
    int _OTHER_TAG = features.OTHER_TAG
    unsigned char _UPPER = UPPER

_WINDOWS[0], _WINDOWS[1], _WINDOWS[2], _WINDOWS[3] = features.WINDOWS


cdef class _Page:
    """Where the columns of a page are, and what is made of them on the way."""

    cdef:
        Py_ssize_t blocks, containers, guess, title, headings
        # A block.
        const Number* container
        const Number* own_flags
        const Number* link_chars
        const Number* kinds[KINDS]
        const double* all_words
        const double* good_words
        const unsigned int* last_code
        const unsigned char* first_class
        const unsigned char* ends_sentence
        const unsigned char* equals_title
        const unsigned char* equals_description
        # A container.
        const Number* parent
        const Number* first
        const Number* last
        const Number* signature
        const Number* depth
        const Number* held
        const Number* near_flags
        const Number* all_flags
        const Number* title_common
        const Number* title_steps
        const Number* guess_common
        const Number* guess_steps
        const Number* branch
        const unsigned char* in_guess
        const double* sums[3]  # words, linked words, good words
        # Made here: sums up to each block, with nothing before the first and the sums of all behind the last.
        double* room
        double* words
        double* links
        double* good
        double* link_words  # a block, as is the next
        double* tags
        float* unwanted
        float* rows[ROWS]
        list texts, tag_names, link_lists

    def __dealloc__(self):
        free(self.room)

    cdef int take(self, columns, counts, regions) except -1:
        """Take the columns; those of ``regions`` are known to be those of a tree."""
        cdef:
            Py_ssize_t blocks = len(columns.text), containers = len(columns.c_tag), kind
            const Number[:, ::1] kinds = counts.kinds
        self.blocks, self.containers, self.headings = blocks, containers, len(columns.headings)
        self.guess, self.title = regions.guess, regions.title_block
        self.texts, self.tag_names, self.link_lists = columns.text, columns.tag, columns.links
        if kinds.shape[0] != KINDS or kinds.shape[1] != blocks or not blocks:
            raise ValueError("the counts are those of other columns")
        for kind in range(KINDS):
            self.kinds[kind] = &kinds[kind, 0]
        self.container = _numbers(columns.container, blocks)
        self.own_flags = _numbers(columns.flags, blocks)
        self.link_chars = _numbers(columns.link_chars, blocks)
        self.all_words, self.good_words = _floats(counts.words, blocks), _floats(regions.good_words, blocks)
        self.last_code = _codes(counts.last_code, blocks)
        self.first_class = _bytes(counts.first, blocks)
        self.ends_sentence = _bytes(counts.ends_sentence, blocks)
        self.equals_title = _bytes(regions.equals_title, blocks)
        self.equals_description = _bytes(regions.equals_description, blocks)
        self.parent, self.signature = _numbers(columns.c_parent, containers), _numbers(columns.c_signature, containers)
        self.first, self.last = _numbers(columns.c_first, containers), _numbers(columns.c_last, containers)
        self.depth, self.held = _numbers(regions.depth, containers), _numbers(regions.blocks, containers)
        self.near_flags = _numbers(regions.near_flags, containers)
        self.all_flags = _numbers(regions.all_flags, containers)
        self.title_common = _numbers(regions.title_common, containers)
        self.title_steps = _numbers(regions.title_steps, containers)
        self.guess_common = _numbers(regions.guess_common, containers)
        self.guess_steps = _numbers(regions.guess_steps, containers)
        self.branch = _numbers(regions.branch, containers)
        self.in_guess = _bytes(regions.in_guess, containers)
        self.sums[0], self.sums[1] = _floats(regions.words, containers), _floats(regions.link_words, containers)
        self.sums[2] = _floats(regions.good, containers)
        self.make_room()
        return 0

    cdef int make_room(self) except -1:
        cdef Py_ssize_t padded = WIDEST + self.blocks + 1 + WIDEST
        self.room = <double*>calloc(3 * padded + 3 * self.blocks, sizeof(double))
        if self.room is NULL:
            raise MemoryError
        self.words = self.room + WIDEST
        self.links = self.words + padded
        self.good = self.links + padded
        self.link_words = self.room + 3 * padded
        self.tags = self.link_words + self.blocks
        self.unwanted = <float*>(self.tags + self.blocks)
        return 0


cdef const Number* _numbers(array, Py_ssize_t size) except NULL:
    cdef const Number[::1] view = array
    if view.shape[0] != size:
        raise ValueError("columns of different lengths")
    return &view[0]


cdef const double* _floats(array, Py_ssize_t size) except NULL:
    cdef const double[::1] view = array
    if view.shape[0] != size:
        raise ValueError("columns of different lengths")
    return &view[0]


cdef const unsigned int* _codes(array, Py_ssize_t size) except NULL:
    cdef const unsigned int[::1] view = array
    if view.shape[0] != size:
        raise ValueError("columns of different lengths")
    return &view[0]


cdef const unsigned char* _bytes(array, Py_ssize_t size) except NULL:
    cdef const unsigned char[::1] view = array.view("u1")
    if view.shape[0] != size:
        raise ValueError("columns of different lengths")
    return &view[0]


def fill(
    columns,
    counts,
    regions,
    const Number[::1] places,  # of each of ``features.NAMES`` its row in the matrix, -1 for none
    float[:, ::1] matrix,  # rows x blocks: filled
):
    """Fill the matrix of a page."""
    cdef:
        _Page page = _Page()
        Py_ssize_t row
    page.take(columns, counts, regions)
    if places.shape[0] != ROWS or matrix.shape[1] != page.blocks:
        raise ValueError("the matrix is one of other columns")
    for row in range(ROWS):
        page.rows[row] = page.unwanted
        if places[row] >= 0:
            if places[row] >= matrix.shape[0]:
                raise ValueError("the matrix has too few rows")
            page.rows[row] = &matrix[places[row], 0]
    _fill_texts(page)
    _fill_copies(page)
    _fill_windows(page)
    _fill_signatures(page)
    _fill_containers(page)
    _fill_guess(page)
    _fill_branches(page)
    _fill_title(page)
    _fill_sections(page)
    _fill_page(page)
    _fill_flags(page, ANY_FLAGS, page.all_flags)
    _fill_flags(page, NEAR_FLAGS, page.near_flags)


cdef int _fill_texts(_Page page) except -1:
    """See ``features._text_rows``; the sums up to each block are made as well."""
    cdef:
        float** rows = page.rows
        Py_ssize_t index
        double words, chars, letters, ends, density
        unsigned int last
        str tag, before = None
        object links
        int code = _OTHER_TAG
    for index in range(page.blocks):
        words, ends = page.all_words[index], page.kinds[ENDS][index]
        chars, letters = max(page.kinds[ALL_CHARS][index], 1), max(page.kinds[LETTERS][index], 1)
        density = min(page.link_chars[index] / chars, 1.0)
        tag = <str>page.tag_names[index]
        if tag is not before:
            code = _tag_codes.get(tag, _OTHER_TAG)
            before = tag
        links = page.link_lists[index]
        last = page.last_code[index]
        page.tags[index] = code
        page.link_words[index] = density * words
        page.words[index + 1] = page.words[index] + words
        page.links[index + 1] = page.links[index] + page.link_words[index]
        page.good[index + 1] = page.good[index] + page.good_words[index]
        rows[WORDS][index] = words
        rows[CHARS][index] = chars
        rows[LINK_DENSITY][index] = density
        rows[LINKS][index] = 0 if links is None else len(<list>links)
        rows[TAG][index] = code
        rows[SENTENCE_ENDS][index] = ends
        rows[ENDS_SENTENCE][index] = page.ends_sentence[index]
        rows[SENTENCE_WORDS][index] = words / (ends + 1.0)
        rows[ENDS_COLON][index] = last == 0x3A or last == 0xFF1A
        rows[ENDS_QUESTION][index] = last == 0x3F or last == 0xFF1F
        rows[COMMAS][index] = page.kinds[COMMA][index]
        rows[COMMA_SHARE][index] = page.kinds[COMMA][index] / words
        rows[DIGIT_SHARE][index] = page.kinds[DIGITS][index] / chars
        rows[UPPER_SHARE][index] = page.kinds[UPPERS][index] / letters
        rows[STARTS_UPPER][index] = page.first_class[index] & _UPPER != 0
        rows[MARK_SHARE][index] = page.kinds[MARKS][index] / chars
        rows[LETTER_SHARE][index] = page.kinds[LETTERS][index] / chars
    for index in range(page.blocks + 1, page.blocks + 1 + WIDEST):
        page.words[index] = page.words[page.blocks]
        page.links[index] = page.links[page.blocks]
        page.good[index] = page.good[page.blocks]
    return 0


cdef int _fill_copies(_Page page) except -1:
    """Count how often each text is there. Only those that have as many characters of each kind are compared."""
    cdef:
        float* row = page.rows[COPIES]
        Py_ssize_t index, kind, size = 64, slot
        Hash* seen
        Hash* hashes
        Hash hashed
        unsigned char* repeats
        list texts = page.texts
        dict copies = None
        bint several = False
    while size < 2 * page.blocks:
        size *= 2
    seen = <Hash*>calloc(size + page.blocks + size // 8, sizeof(Hash))
    if seen is NULL:
        raise MemoryError
    hashes = seen + size
    repeats = <unsigned char*>(hashes + page.blocks)
    for index in range(page.blocks):
        hashed = _hash_of_kinds(page, index)
        slot = hashed & <Hash>(size - 1)
        while seen[slot] and seen[slot] != hashed:
            slot = (slot + 1) & (size - 1)
        several |= seen[slot] != 0
        repeats[slot] = seen[slot] != 0
        seen[slot] = hashed
        hashes[index] = slot
        row[index] = 1
    if several:
        copies = {}
        for index in range(page.blocks):
            if repeats[hashes[index]]:
                copies[texts[index]] = copies.get(texts[index], 0) + 1
        for index in range(page.blocks):
            if repeats[hashes[index]]:
                row[index] = copies[texts[index]]
    free(seen)
    return 0


cdef Hash _hash_of_kinds(_Page page, Py_ssize_t index) noexcept:
    """Return a number, never 0, that equal texts have in common."""
    cdef:
        Hash hashed = page.last_code[index]
        str text = <str>page.texts[index]
        Py_ssize_t kind
    for kind in range(KINDS):
        hashed = (hashed ^ <Hash>page.kinds[kind][index]) * 0x9E3779B97F4A7C15ULL
        hashed ^= hashed >> 29
    if PyUnicode_GET_LENGTH(text):
        hashed = (hashed ^ <Hash>PyUnicode_READ(PyUnicode_KIND(text), PyUnicode_DATA(text), 0)) * 0x9E3779B97F4A7C15ULL
    return (hashed ^ hashed >> 32) | 0x8000000000000000ULL


cdef void _fill_windows(_Page page) noexcept:
    """See ``features._window_rows``."""
    cdef:
        Py_ssize_t index, width, blocks = page.blocks
        int number
        float** rows = &page.rows[WINDOWS]
        const double* words = page.words
        const double* links = page.links
        const double* good = page.good
        double total
    for number in range(4):
        width = _WINDOWS[number]
        for index in range(blocks):
            total = words[index] - words[index - width]
            rows[0][index] = total
            rows[1][index] = (links[index] - links[index - width]) / (total + 1.0)
            rows[2][index] = (good[index] - good[index - width]) / (total + 1.0)
        for index in range(blocks):
            total = words[index + width + 1] - words[index + 1]
            rows[3][index] = total
            rows[4][index] = (links[index + width + 1] - links[index + 1]) / (total + 1.0)
            rows[5][index] = (good[index + width + 1] - good[index + 1]) / (total + 1.0)
        rows += 6
    for index in range(blocks):
        page.rows[TAG_BEFORE][index] = page.tags[index - 1] if index else -1.0
        page.rows[TAG_AFTER][index] = page.tags[index + 1] if index + 1 < blocks else -1.0


cdef int _fill_signatures(_Page page) except -1:
    """See ``features._signature_rows``."""
    cdef:
        Py_ssize_t index, signature
        double* words = <double*>calloc(4 * page.containers, sizeof(double))
        double* links = words + page.containers
        double* good = links + page.containers
        double* count = good + page.containers
        double all_good = max(page.good[page.blocks], 1.0)
    if words is NULL:
        raise MemoryError
    for index in range(page.blocks):
        signature = page.signature[page.container[index]]
        words[signature] += page.all_words[index]
        links[signature] += page.link_words[index]
        good[signature] += page.good_words[index]
        count[signature] += 1.0
    for index in range(page.blocks):
        signature = page.signature[page.container[index]]
        page.rows[SIG_COUNT][index] = count[signature]
        page.rows[SIG_SHARE][index] = count[signature] / page.blocks
        page.rows[SIG_WORDS][index] = words[signature] / count[signature]
        page.rows[SIG_LINKS][index] = links[signature] / max(words[signature], 1.0)
        page.rows[SIG_GOOD][index] = good[signature] / max(words[signature], 1.0)
        page.rows[SIG_GOOD_SHARE][index] = good[signature] / all_good
    free(words)
    return 0


cdef int _fill_containers(_Page page) except -1:
    """See ``features._container_rows``."""
    cdef:
        Py_ssize_t index, here
        int step
        float** rows
        double above
        int* repeats = <int*>calloc(page.containers, sizeof(int))  # a signature
    if repeats is NULL:
        raise MemoryError
    for index in range(page.containers):
        repeats[page.signature[index]] += 1
    for index in range(page.blocks):
        here = page.container[index]
        page.rows[DEPTH][index] = page.depth[here]
        page.rows[UP0_REPEATS][index] = repeats[page.signature[here]]
        rows = &page.rows[UP]
        for step in range(3):
            here = max(page.parent[here], 0)
            above = page.sums[0][here] + 1.0
            rows[0][index] = page.sums[0][here]
            rows[1][index] = page.sums[1][here] / above
            rows[2][index] = page.sums[2][here] / above
            rows[3][index] = page.held[here]
            rows[4][index] = repeats[page.signature[here]]
            rows += 5
    free(repeats)
    return 0


cdef void _fill_guess(_Page page) noexcept:
    """See ``features._guess_rows``."""
    cdef:
        Py_ssize_t index, here, first = page.first[page.guess], last = page.last[page.guess]
        double before = page.good[first], behind = page.good[last]
        double in_guess = max(behind - before, 1.0)
        double share = in_guess / max(page.good[page.blocks], 1.0)
    for index in range(page.blocks):
        here = page.container[index]
        page.rows[IN_GUESS][index] = page.in_guess[here]
        page.rows[GUESS_STEPS][index] = page.guess_steps[here]
        page.rows[GUESS_COMMON][index] = page.guess_common[here]
        page.rows[GUESS_SHARE][index] = share
        page.rows[GUESS_BEFORE][index] = max(page.good[_between(index, first, last)] - before, 0.0) / in_guess
        page.rows[GUESS_AFTER_GOOD][index] = behind - page.good[_between(index + 1, first, last)]
        page.rows[GUESS_AFTER_BLOCKS][index] = max(last - index - 1, -1)
        page.rows[GUESS_BEFORE_BLOCKS][index] = max(index - first, -1)


cdef inline Py_ssize_t _between(Py_ssize_t index, Py_ssize_t first, Py_ssize_t last) noexcept:
    return min(max(index, first), last)


cdef void _fill_branches(_Page page) noexcept:
    """Fill the rows about what of the guess a block is in: the other half of ``features._guess_rows``."""
    cdef:
        Py_ssize_t index, branch, first = page.first[page.guess], last = page.last[page.guess]
        double before = page.good[first], behind = page.good[last], above, inside
        double in_guess = max(behind - before, 1.0)
    for index in range(page.blocks):
        branch = page.branch[page.container[index]]
        inside = page.in_guess[page.container[index]]
        above = page.sums[0][branch] + 1.0
        page.rows[BRANCH_WORDS][index] = page.sums[0][branch] * inside
        page.rows[BRANCH_LINKS][index] = page.sums[1][branch] / above * inside
        page.rows[BRANCH_GOOD][index] = page.sums[2][branch] / above * inside
        page.rows[BRANCH_BLOCKS][index] = page.held[branch] * inside
        page.rows[BRANCH_GOOD_BEFORE][index] = (page.good[page.first[branch]] - before) / in_guess * inside
        page.rows[BRANCH_GOOD_AFTER][index] = (behind - page.good[page.last[branch]]) / in_guess * inside


cdef void _fill_title(_Page page) noexcept:
    """See ``features._title_rows``."""
    cdef:
        Py_ssize_t index, here
        bint known = page.title >= 0
    for index in range(page.blocks):
        here = page.container[index]
        page.rows[IS_TITLE][index] = page.equals_title[index]
        page.rows[IS_DESCRIPTION][index] = page.equals_description[index]
        page.rows[TITLE_BLOCKS][index] = index - page.title if known else -999.0
        page.rows[TITLE_GOOD][index] = page.good[index] - page.good[page.title] if known else -999.0
        page.rows[TITLE_STEPS][index] = page.title_steps[here] if known else -1.0
        page.rows[TITLE_COMMON][index] = page.title_common[here] if known else -1.0


cdef void _fill_sections(_Page page) noexcept:
    """See ``features._heading_rows``."""
    cdef Py_ssize_t start = 0, end = 0
    while start < page.blocks:
        end = start + 1
        while end < page.blocks and not _is_heading(page, end):
            end += 1
        _fill_section(page, start, end)
        start = end


cdef inline bint _is_heading(_Page page, Py_ssize_t index) noexcept:
    return FIRST_HEADING <= page.tags[index] <= LAST_HEADING


cdef void _fill_section(_Page page, Py_ssize_t start, Py_ssize_t end) noexcept:
    cdef:
        Py_ssize_t index
        bint headed = _is_heading(page, start)
        double words = 0.0, good = 0.0, links = 0.0
    for index in range(start + headed, end):
        words += page.all_words[index]
        good += page.good_words[index]
        links += page.link_words[index]
    for index in range(start, end):
        page.rows[SECTION_LEVEL][index] = page.tags[start] if headed else 0.0
        page.rows[SECTION_PLACE][index] = index - start
        page.rows[SECTION_WORDS][index] = words
        page.rows[SECTION_GOOD][index] = good / max(words, 1.0)
        page.rows[SECTION_LINKS][index] = links / max(words, 1.0)
        page.rows[SECTION_BLOCKS][index] = end - start
        page.rows[SECTION_GOOD_BEFORE][index] = page.good[start]
        page.rows[SECTION_GOOD_AFTER][index] = page.good[page.blocks] - page.good[end]


cdef void _fill_page(_Page page) noexcept:
    """See ``features._page_rows``."""
    cdef:
        Py_ssize_t index, blocks = page.blocks
        int row
        double all_good = page.good[blocks], total = max(all_good, 1.0), all_words = max(page.words[blocks], 1.0)
        float[6] same
        Number unspaced = 0, chars = 0
    for index in range(blocks):
        unspaced += page.kinds[UNSPACED][index]
        chars += page.kinds[ALL_CHARS][index]
        page.rows[PLACE][index] = <double>index / <double>blocks
        page.rows[GOOD_PLACE][index] = page.good[index] / total
        page.rows[GOOD_LEFT][index] = all_good - page.good[index + 1]
    same[0], same[1], same[2] = blocks, total, total / all_words
    same[3] = page.links[blocks] / all_words
    same[4] = <double>unspaced / max(<double>chars, 1.0)
    same[5] = page.headings
    for row in range(6):
        for index in range(blocks):
            page.rows[PAGE_BLOCKS + row][index] = same[row]


cdef void _fill_flags(_Page page, int first_row, const Number* flags) noexcept:
    """See ``features._flag_rows``."""
    cdef:
        Py_ssize_t index
        int bit
        float* row
        Number* all_flags = <Number*>page.tags  # not needed any more
    for index in range(page.blocks):
        all_flags[index] = flags[page.container[index]] | page.own_flags[index]
    for bit in range(FLAGS):
        row = page.rows[first_row + bit]
        if row is page.unwanted:
            continue
        for index in range(page.blocks):
            row[index] = all_flags[index] >> bit & 1
