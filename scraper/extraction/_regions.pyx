# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``Regions`` does with arrays, a container at a time: parents stand before their children, so that one pass down
and one pass up do."""

from cpython.unicode cimport PyUnicode_DATA, PyUnicode_Find, PyUnicode_GET_LENGTH, PyUnicode_KIND, PyUnicode_READ
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from scraper.extraction import regions
from scraper.extraction.flags import BIT

ctypedef long long Number

cdef enum:
    LATIN = 256

cdef:
    Number _HIDDEN = BIT["HIDDEN"], _UNSEEN = BIT["UNSEEN"]
    Number _PASSED_BY_WRAPPERS = regions.PASSED_BY_WRAPPERS, _DOUBTFUL = regions.DOUBTFUL
    double _DOUBTFUL_WEIGHT = regions.DOUBTFUL_WEIGHT, _UNSEEN_WEIGHT = regions.UNSEEN_WEIGHT
    double _WRAPPER_SHARE = regions.WRAPPER_SHARE, _MASS_DECAY = regions.MASS_DECAY, _CLIMB_GAIN = regions.CLIMB_GAIN
    double _GOOD_LINK_DENSITY = regions.GOOD_LINK_DENSITY, _GOOD_WORDS = regions.GOOD_WORDS
    double _GOOD_WORDS_WITHOUT_END = regions.GOOD_WORDS_WITHOUT_END, _STUFFED_WORDS = regions.STUFFED_WORDS
    Py_ssize_t _DESCRIPTION_CHARS = regions.DESCRIPTION_CHARS


cdef struct _Columns:
    Py_ssize_t blocks, containers
    # A block.
    const Number* container
    const Number* flags
    const Number* link_chars
    # A container.
    const Number* parent
    const Number* said
    const Number* first
    const Number* last
    const Number* end
    const Number* signature


cdef struct _Filled:
    # Arrays of ``Regions``: a container, but for the last two.

    Number* depth
    Number* near_flags
    Number* all_flags
    Number* title_common
    Number* title_steps
    Number* guess_common
    Number* guess_steps
    Number* branch
    Number* blocks
    double* words
    double* link_words
    double* good
    unsigned char* in_guess
    unsigned char* stuffed
    double* good_words


def mark_titles(list texts, list titles, str shown, unsigned char[::1] equal, unsigned char[::1] described):
    """See ``regions._mark_titles``."""
    cdef:
        Py_ssize_t index, size, longest = 0, shortest = 0
        str text, title
    if titles:
        longest, shortest = max(map(len, titles)), min(map(len, titles))
    for index in range(len(texts)):
        text = <str>texts[index]
        size = PyUnicode_GET_LENGTH(text)
        if shortest < 2 * size and size <= longest:
            for title in titles:
                if PyUnicode_GET_LENGTH(title) < 2 * size and text in title:
                    equal[index] = True
                    break
        if size >= _DESCRIPTION_CHARS and shown and not equal[index]:
            described[index] = PyUnicode_Find(text, shown, 0, 2 * _DESCRIPTION_CHARS, 1) >= 0


def in_common(str one, str other):
    """See ``regions.in_common``."""
    cdef:
        Py_ssize_t left[LATIN]
        Py_ssize_t place, common = 0
        Py_UCS4 code
    if PyUnicode_KIND(one) != 1 and PyUnicode_KIND(other) != 1:  # else none but the first 256 are in both
        return regions.in_common(one, other)
    memset(left, 0, sizeof(left))
    for place in range(PyUnicode_GET_LENGTH(other)):
        code = PyUnicode_READ(PyUnicode_KIND(other), PyUnicode_DATA(other), place)
        if code < LATIN:
            left[code] += 1
    for place in range(PyUnicode_GET_LENGTH(one)):
        code = PyUnicode_READ(PyUnicode_KIND(one), PyUnicode_DATA(one), place)
        if code < LATIN and left[code]:
            left[code] -= 1
            common += 1
    return common


def fill(
    columns,
    const double[::1] words,  # a block
    const Number[::1] chars,  # a block
    const Number[::1] sentence_ends,  # a block
    Py_ssize_t title,  # the container that it stands in
    Number[:, ::1] numbers,  # filled, as all that follow
    double[:, ::1] sums,
    unsigned char[::1] in_guess,
    unsigned char[::1] stuffed,
    double[::1] good_words,
):
    """Fill the arrays of a page; return the container that seems to hold the article. See ``Regions``."""
    cdef:
        const Number[::1] container = columns.container, flags = columns.flags, link_chars = columns.link_chars
        const Number[::1] parent = columns.c_parent, said = columns.c_flags, first = columns.c_first
        const Number[::1] last = columns.c_last, end = columns.c_end, signature = columns.c_signature
        _Columns page
        _Filled filled
        double* scratch
        Py_ssize_t guess
    if not container.shape[0] or not parent.shape[0]:
        raise ValueError("a page without blocks or containers has no regions")
    page = _Columns(
        container.shape[0], parent.shape[0], &container[0], &flags[0], &link_chars[0], &parent[0], &said[0], &first[0],
        &last[0], &end[0], &signature[0],
    )  # fmt: skip
    filled = _Filled(
        &numbers[0, 0], &numbers[1, 0], &numbers[2, 0], &numbers[3, 0], &numbers[4, 0], &numbers[5, 0], &numbers[6, 0],
        &numbers[7, 0], &numbers[8, 0], &sums[0, 0], &sums[1, 0], &sums[2, 0], &in_guess[0], &stuffed[0],
        &good_words[0],
    )  # fmt: skip
    _check(&page)
    scratch = <double*>calloc(3 * (page.blocks + 1) + page.containers, sizeof(double))
    if scratch is NULL:
        raise MemoryError
    _weigh(&page, &filled, &words[0], &chars[0], &sentence_ends[0], scratch)
    _inherit(&page, &filled)
    _steps_from(&page, title, filled.depth, filled.title_common, filled.title_steps, filled.branch)
    guess = _guess(&page, &filled, scratch)
    _steps_from(&page, guess, filled.depth, filled.guess_common, filled.guess_steps, filled.branch)
    _take_branches(&page, &filled, guess)
    free(scratch)
    return guess


cdef int _check(const _Columns* page) except -1:
    """Raise ``ValueError`` where the columns are not those of a tree: all here and in _features.pyx trusts them."""
    cdef Py_ssize_t index
    cdef bint fits = True
    for index in range(page.blocks):
        fits &= 0 <= page.container[index] < page.containers
    for index in range(page.containers):
        fits &= -1 <= page.parent[index] < index < page.end[index] <= page.containers
        fits &= 0 <= page.signature[index] < page.containers
        fits &= 0 <= page.first[index] <= page.last[index] <= page.blocks
    if not fits:
        raise ValueError("the columns are not those of a tree")
    return 0


cdef void _weigh(
    const _Columns* page, _Filled* filled, const double* words, const Number* chars, const Number* sentence_ends,
    double* scratch,
) noexcept:
    """Find the good words of each block, and of each container the sums of its blocks."""
    cdef:
        Py_ssize_t index
        double* all_words = scratch  # up to a block, as are the next
        double* link_words = scratch + page.blocks + 1
        double* good = scratch + 2 * (page.blocks + 1)
        double density, count
        bint is_stuffed, enough
    for index in range(page.blocks):
        density = <double>page.link_chars[index] / <double>max(chars[index], 1)
        is_stuffed = (
            words[index] > _STUFFED_WORDS
            and sentence_ends[index] == 0
            and page.said[page.container[index]] & _HIDDEN != 0
        )
        count = 0.0 if is_stuffed else words[index]
        enough = (sentence_ends[index] > 0 and count >= _GOOD_WORDS) or count >= _GOOD_WORDS_WITHOUT_END
        filled.stuffed[index] = is_stuffed
        filled.good_words[index] = count * (1.0 - density) if enough and density < _GOOD_LINK_DENSITY else 0.0
        all_words[index + 1] = all_words[index] + count
        link_words[index + 1] = link_words[index] + count * min(density, 1.0)
        good[index + 1] = good[index] + filled.good_words[index]
    _sum(page, all_words, filled.words)
    _sum(page, link_words, filled.link_words)
    _sum(page, good, filled.good)


cdef void _sum(const _Columns* page, const double* running, double* sums) noexcept:
    cdef Py_ssize_t index
    for index in range(page.containers):
        sums[index] = running[page.last[index]] - running[page.first[index]]


cdef void _inherit(const _Columns* page, _Filled* filled) noexcept:
    """See ``Regions._flags``; depth and blocks as well."""
    cdef:
        Py_ssize_t index, above
        double wrapper = _WRAPPER_SHARE * max(filled.words[0], 1.0)
        Number own, own_of_root = 0
        Number* own_flags = filled.branch  # not needed yet
    for index in range(page.containers):
        own = page.said[index]
        if filled.words[index] > wrapper:
            own &= _PASSED_BY_WRAPPERS
        own_flags[index] = own
        above = max(page.parent[index], 0)
        if index == 0:
            own_of_root = own
        filled.near_flags[index] = own | own_flags[above]
        filled.all_flags[index] = own | own_of_root if above == index else own | filled.all_flags[above] | own_of_root
        filled.blocks[index] = page.last[index] - page.first[index]
        filled.depth[index] = filled.depth[above] + 1 if page.parent[index] >= 0 else 0


cdef void _steps_from(
    const _Columns* page, Py_ssize_t start, const Number* depth, Number* up, Number* down, Number* common
) noexcept:
    """See ``Regions._steps_from``."""
    cdef:
        Py_ssize_t index
        Number here = start, at
    for index in range(page.containers):
        common[index] = -1
    while here >= 0:
        common[here] = here
        here = page.parent[here]
    for index in range(page.containers):
        at = common[index]
        if at < 0:
            at = common[index] = common[page.parent[index]] if page.parent[index] >= 0 else 0
        up[index] = depth[start] - depth[at]
        down[index] = depth[index] - depth[at]


cdef Py_ssize_t _guess(const _Columns* page, const _Filled* filled, double* scratch) noexcept:
    """See ``Regions._guess``."""
    cdef:
        Py_ssize_t index, guess = 0, above
        double* running = scratch  # of trusted good words, up to a block
        double* mass = scratch + 3 * (page.blocks + 1)  # a container
        double trusted
        Number flags
    running[0] = 0.0
    for index in range(page.blocks):
        flags = filled.all_flags[page.container[index]] | page.flags[index]
        trusted = filled.good_words[index] * (
            (_DOUBTFUL_WEIGHT if flags & _DOUBTFUL else 1.0) * (_UNSEEN_WEIGHT if flags & _UNSEEN else 1.0)
        )
        running[index + 1] = running[index] + trusted
        mass[page.container[index]] += trusted
    for index in range(page.containers - 1, 0, -1):
        if page.parent[index] >= 0:
            mass[page.parent[index]] += _MASS_DECAY * mass[index]
    for index in range(page.containers):
        if mass[index] > mass[guess]:
            guess = index
    above = page.parent[guess]
    while above >= 0 and (
        running[page.last[above]] - running[page.first[above]]
        > _CLIMB_GAIN * (running[page.last[guess]] - running[page.first[guess]])
    ):
        guess = above
        above = page.parent[guess]
    return guess


cdef void _take_branches(const _Columns* page, _Filled* filled, Py_ssize_t guess) noexcept:
    """Note what the guess holds, child by child; ``branch`` has the common ancestor with the guess up to here."""
    cdef Py_ssize_t index
    cdef Number branch = 0
    for index in range(page.containers):
        filled.in_guess[index] = filled.branch[index] == guess
        if page.parent[index] == guess:
            branch = index
        filled.branch[index] = branch if filled.in_guess[index] else 0
