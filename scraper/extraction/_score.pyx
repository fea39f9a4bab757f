# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What ``score.py`` makes of the probabilities of the blocks: the vote over equal structure, and the cut."""

from libc.stdlib cimport calloc, free, malloc, qsort

from scraper.extraction import score
from scraper.extraction.flags import BIT

ctypedef long long Number

cdef:
    double _LOWEST_CUT = score.LOWEST_CUT, _HIGHEST_CUT = score.HIGHEST_CUT, _OWN_SHARE = score.OWN_SHARE
    Number _THREAD = score.THREAD, _IN_DIALOG = BIT["IN_DIALOG"]


cdef struct _Ranked:
    double probability
    Py_ssize_t block


def decide(
    columns,
    regions,
    const double[::1] words,  # a block, as all that follow
    double[::1] probability,  # the model's; replaced by the voted
    unsigned char[::1] kept,  # filled
):
    """Fill what of a page is kept; return the F1 to be expected of it. See ``score.decide``."""
    cdef:
        Py_ssize_t blocks = probability.shape[0], block
        const Number[::1] container = columns.container, signature = columns.c_signature
        const Number[::1] all_flags = regions.all_flags
        const unsigned char[::1] stuffed = regions.stuffed.view("u1"), in_guess = regions.in_guess.view("u1")
        double expected
    if not blocks == container.shape[0] == words.shape[0] == kept.shape[0] == stuffed.shape[0]:
        raise ValueError("columns of different lengths")
    _drop_no_story(container, all_flags, stuffed, probability)
    _vote(container, signature, words, probability)
    expected = _cut(words, probability, kept)
    if "pre" in columns.tag:
        for block in range(blocks):
            if probability[block] >= _LOWEST_CUT and in_guess[container[block]] and columns.tag[block] == "pre":
                kept[block] = True
    return expected


cdef void _drop_no_story(
    const Number[::1] container, const Number[::1] all_flags, const unsigned char[::1] stuffed, double[::1] own
) noexcept:
    """See ``score._is_no_story``."""
    cdef:
        Py_ssize_t block, last = -1
        Number flags
        bint in_dialog, in_thread
    # The last block of which the model is sure, and which is not beside the story.
    for block in range(own.shape[0]):
        flags = all_flags[container[block]]
        if own[block] >= _HIGHEST_CUT and not flags & _IN_DIALOG:
            last = block
    for block in range(own.shape[0]):
        flags = all_flags[container[block]]
        in_dialog = flags & _IN_DIALOG != 0
        in_thread = flags & _THREAD == _THREAD and own[block] < _HIGHEST_CUT
        if stuffed[block] or (last >= 0 and (in_dialog or (in_thread and block >= last))):
            own[block] = 0.0


cdef int _vote(
    const Number[::1] container, const Number[::1] signature, const double[::1] words, double[::1] own
) except -1:
    """See ``score._vote``."""
    cdef:
        Py_ssize_t block, place
        double* total = <double*>calloc(2 * signature.shape[0], sizeof(double))
        double* likely = total + signature.shape[0]
    if total is NULL:
        raise MemoryError
    for block in range(own.shape[0]):
        place = signature[container[block]]
        total[place] += words[block]
        likely[place] += own[block] * words[block]
    for block in range(own.shape[0]):
        place = signature[container[block]]
        own[block] = _OWN_SHARE * own[block] + (1.0 - _OWN_SHARE) * (likely[place] / max(total[place], 1e-9))
    free(total)
    return 0


cdef double _cut(const double[::1] words, const double[::1] probability, unsigned char[::1] kept) except -1.0:
    """See ``score._cut``."""
    cdef:
        Py_ssize_t blocks = probability.shape[0], place, count = 0
        _Ranked* ranked = <_Ranked*>malloc(blocks * sizeof(_Ranked))
        double hits = 0.0, some = 0.0, all_words = 0.0, expected, highest = -1.0, best = 0.0, of_kept = 0.0
    if ranked is NULL:
        raise MemoryError
    for place in range(blocks):
        ranked[place] = _Ranked(probability[place], place)
    qsort(ranked, blocks, sizeof(_Ranked), _by_probability)
    for place in range(blocks):
        hits += ranked[place].probability * words[ranked[place].block]
    for place in range(blocks):
        some += ranked[place].probability * words[ranked[place].block]
        all_words += words[ranked[place].block]
        expected = 2.0 * some / (all_words + hits + 1e-9)
        if expected > highest:
            highest, best = expected, ranked[place].probability
    best = min(max(best, _LOWEST_CUT), _HIGHEST_CUT)
    some = all_words = 0.0
    for place in range(blocks):
        kept[ranked[place].block] = ranked[place].probability >= best
        if ranked[place].probability >= best:
            some += ranked[place].probability * words[ranked[place].block]
            all_words += words[ranked[place].block]
            of_kept = 2.0 * some / (all_words + hits + 1e-9)
    free(ranked)
    return of_kept


cdef int _by_probability(const void* one, const void* other) noexcept nogil:
    """Put the likeliest first, and equal ones in the order of the page."""
    cdef const _Ranked* a = <const _Ranked*>one
    cdef const _Ranked* b = <const _Ranked*>other
    if a.probability != b.probability:
        return -1 if a.probability > b.probability else 1
    return -1 if a.block < b.block else 1
