# cython: language_level=3, boundscheck=False, wraparound=True, embedsignature=True
"""The loop of ``walk.fill`` over the nodes of libxml2 itself: an element costs no Python object.

The rules of what is a block, what is skipped and what a class says are those of walk.py and flags.py; what is rare
(an image, the head, a hint, a time) is handed to the same functions of runs.py, as an element of lxml.
"""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport strcmp, strlen
from lxml.includes cimport etreepublic as cetree
from lxml.includes.tree cimport XML_CDATA_SECTION_NODE, XML_ELEMENT_NODE, XML_TEXT_NODE, const_xmlChar, xmlAttr, xmlNode

from scraper.extraction._runs cimport Run

from scraper.extraction.flags import BIT, ITEMPROP_FLAGS, MAX_CLASS_CHARS, ROLE_FLAGS, TAG_FLAGS, WORD_FLAGS
from scraper.extraction.flags import class_flags as any_class_flags
from scraper.extraction.runs import (
    HEAD_TAGS, HINT_FLAGS, HINT_PROPS, HINT_RELS, IMAGE_TAGS, PRUNED_TAGS, SKIPPED_TAGS, hides, holds_article, take_head
)
from scraper.parse import BLOCK_TAGS

cetree.import_lxml__etree()

cdef dict _word_flags = WORD_FLAGS
# What a word may begin with that two words of a class make together ("read more" in "readMore").
cdef set _firsts = {word[:size] for word in WORD_FLAGS for size in range(1, len(word))}
cdef dict _class_cache = {}
MAX_CLASSES = 32_768

# What becomes of an element.
cdef enum:
    INLINE, LINK, TIME, BLOCK, PRUNED, LINE_BREAK, RULE, IMAGE, HEAD, SKIPPED, NOSCRIPT

cdef enum:
    SLOTS = 256  # of the cache of tag names: a page has some 30

cdef long long _HINT_FLAGS = HINT_FLAGS
cdef long long _HIDDEN = BIT["HIDDEN"]


cdef int _kind(str tag):
    """Return what becomes of the elements with a tag."""
    if tag in BLOCK_TAGS:
        return PRUNED if tag in PRUNED_TAGS else BLOCK
    if tag == "br":
        return LINE_BREAK
    if tag == "hr":
        return RULE
    if tag in IMAGE_TAGS:
        return IMAGE
    if tag in HEAD_TAGS:
        return HEAD
    if tag == "noscript":
        return NOSCRIPT
    if tag in SKIPPED_TAGS:
        return SKIPPED
    if tag == "a":
        return LINK
    return TIME if tag == "time" else INLINE


cdef class _Tags:
    """The tags of a page. libxml2 keeps a name once a document, so that its address tells it."""

    cdef const_xmlChar* names[SLOTS]
    cdef int kinds[SLOTS]
    cdef list tags

    def __cinit__(self):
        cdef int slot
        for slot in range(SLOTS):
            self.names[slot] = NULL
        self.tags = [None] * SLOTS

    cdef inline int slot_of(self, const_xmlChar* name):
        """Return the place of a tag in ``tags`` and ``kinds``; the next name with the same place takes it over."""
        cdef int slot = <int>((<size_t>name >> 2) ^ (<size_t>name >> 10)) & (SLOTS - 1)
        if self.names[slot] != name:
            self.names[slot] = name
            self.tags[slot] = _text(name)
            self.kinds[slot] = _kind(self.tags[slot])
        return slot


cdef inline str _text(const_xmlChar* content):
    cdef const char* start = <const char*>content
    return PyUnicode_DecodeUTF8(start, strlen(start), "replace")


cdef str _value(xmlAttr* attribute):
    """Return the value of an attribute."""
    cdef xmlNode* node = attribute.children
    if node is NULL or node.content is NULL:
        return ""
    if node.next is NULL:
        return _text(node.content)
    pieces = []
    while node is not NULL:
        if node.content is not NULL:
            pieces.append(_text(node.content))
        node = node.next
    return "".join(pieces)


cdef inline bint _is_white(const_xmlChar* content):
    """Tell whether a text is ASCII white space."""
    cdef const unsigned char* char = <const unsigned char*>content
    while char[0] == 32 or (9 <= char[0] <= 13) or (28 <= char[0] <= 31):
        char += 1
    return char[0] == 0


cdef inline bint _is_small(char code) noexcept:
    return 97 <= code <= 122


cdef inline bint _is_capital(char code) noexcept:
    return 65 <= code <= 90


cdef inline bint _is_letter(char code) noexcept:
    return _is_small(code) or _is_capital(code)


cdef inline bint _is_space(char code) noexcept:
    return code == 32 or 9 <= code <= 13 or 28 <= code <= 31


cdef inline bint _named(xmlAttr* attribute, const char* name):
    return strcmp(<const char*>attribute.name, name) == 0


cdef inline bint _has_elements(xmlNode* node):
    cdef xmlNode* child = node.children
    while child is not NULL:
        if child.type == XML_ELEMENT_NODE:
            return True
        child = child.next
    return False


def fill(Run run, cetree._Element root, bint prune):
    """See ``walk.fill``."""
    cdef:
        list parts = run.parts, blocks = run.rows, containers = run.containers
        list last = run.columns.c_last, ends = run.columns.c_end
        list closes = []  # open elements: a tuple for a block, True for an inline element that changes the run
        dict signatures = {}
        object columns = run.columns
        int container = -1, signature = -1, found, kind, slot
        str block_tag = "html", tag, text, key, prop
        long long flags
        object path, known, closed
        bint changes
        _Tags tags = _Tags()
        xmlNode* top = root._c_node
        xmlNode* node = top
        xmlNode* child
        xmlAttr* attribute
    while True:
        # ``node`` is new here. Its children are next if it is left with ``child`` set.
        child = NULL
        if node.type == XML_ELEMENT_NODE:
            slot = tags.slot_of(node.name)
            kind, tag = tags.kinds[slot], <str>tags.tags[slot]
            if kind == BLOCK or kind == PRUNED:
                if parts:
                    run.flush(block_tag, container)
                if kind == BLOCK or not prune or holds_article(_element(root, node)):
                    flags = TAG_FLAGS.get(tag, 0)
                    key = ""
                    if node.properties is not NULL:
                        prop = ""
                        attribute = node.properties
                        while attribute is not NULL:
                            if _named(attribute, "class"):
                                known = _class_flags(attribute)
                                flags |= (<tuple>known)[0]
                                key = <str>(<tuple>known)[1]
                            elif _named(attribute, "id"):
                                flags |= (<tuple>_class_flags(attribute))[0]
                            elif _named(attribute, "itemprop"):
                                prop = _value(attribute).lower()
                                flags |= ITEMPROP_FLAGS.get(prop, 0)
                            elif _named(attribute, "role"):
                                flags |= ROLE_FLAGS.get(_value(attribute), 0)
                            elif _hides(attribute):
                                flags |= _HIDDEN
                            attribute = attribute.next
                        if flags & _HINT_FLAGS or prop in HINT_PROPS:
                            run.hint(_element(root, node), flags, prop, "")
                    path = (signature, tag, key)
                    known = signatures.get(path)
                    if known is None:
                        known = signatures[path] = len(signatures)
                    found = known
                    containers.append((tag, container, flags, len(blocks), known))
                    closes.append((container, signature, block_tag))
                    container, signature, block_tag = len(last), found, tag
                    last.append(-1)
                    ends.append(-1)
                    child = node.children
                    if child is NULL:
                        container, signature, block_tag = _end_block(run, closes.pop(), container, block_tag)
            elif kind == INLINE or kind == LINK or kind == TIME or (kind == NOSCRIPT and not prune):
                changes = kind == LINK or node.properties is not NULL
                if changes:
                    _open_inline(run, root, node, tag, kind)
                child = node.children
                if child is not NULL:
                    closes.append(changes)
                elif changes:
                    run.close_inline()
            elif kind == LINE_BREAK:
                run.line_break(block_tag, container)
            elif kind == RULE:
                if parts:
                    run.flush(block_tag, container)
            elif kind == IMAGE:
                run.picture(_element(root, node), container)
            elif kind == HEAD:
                take_head(columns, _element(root, node), tag)
        elif (node.type == XML_TEXT_NODE or node.type == XML_CDATA_SECTION_NODE) and node.content is not NULL:
            # White space is a part only where it is between words, or where an inline element begins with it.
            if parts or not _is_white(node.content) or (node.prev is NULL and closes and not isinstance(closes[-1], tuple)):
                text = _text(node.content)
                if parts or not text.isspace() or (node.prev is NULL and not isinstance(closes[-1], tuple)):
                    if text:
                        parts.append(text)
        if child is not NULL:
            node = child
            continue
        while node.next is NULL or node is top:
            if node is top:
                if parts:
                    run.flush(block_tag, container)
                return
            node = node.parent
            closed = closes.pop()
            if isinstance(closed, tuple):
                container, signature, block_tag = _end_block(run, closed, container, block_tag)
            elif closed:
                run.close_inline()
        node = node.next


cdef tuple _end_block(Run run, tuple closed, int container, str block_tag):
    """End the innermost open block, and return what is open round it."""
    if run.parts:
        run.flush(block_tag, container)
    run.columns.c_last[container] = len(run.rows)
    run.columns.c_end[container] = len(run.containers)
    return closed


cdef inline object _element(cetree._Element root, xmlNode* node):
    return cetree.elementFactory(root._doc, node)


cdef tuple _class_flags(xmlAttr* attribute):
    """Return the flags and words of a class or id attribute."""
    cdef str value = _value(attribute)
    cdef object known = _class_cache.get(value)
    if known is None:
        if len(_class_cache) >= MAX_CLASSES:
            _class_cache.clear()
        known = _class_cache[value] = class_flags(value)
    return <tuple>known


cpdef tuple class_flags(str value):
    """See ``flags.class_flags``."""
    if not value.isascii():
        return any_class_flags(value)
    cdef:
        bytes encoded = value.encode("ascii")
        const char* text = encoded
        Py_ssize_t size = min(len(encoded), <Py_ssize_t>MAX_CLASS_CHARS), start = 0, end
        bint several = b" " in encoded, in_token = False
        long long flags = 0
        str word, before = ""
        list words = [], keys = []
    while start < size:
        if several and _is_space(text[start]):
            if in_token:
                keys.append(" ".join(words))
                words.clear()
                before = ""
                in_token = False
            start += 1
            continue
        in_token = True
        if not _is_letter(text[start]):
            start += 1
            continue
        # A run of capitals is a word, but its last letter belongs to the small letters after it.
        end = start
        while end < size and _is_capital(text[end]):
            end += 1
        if end == start or (end == start + 1 and end < size and _is_small(text[end])):
            while end < size and _is_small(text[end]):
                end += 1
            if end < size and 48 <= text[end] <= 57:
                end += 1
        elif end < size and _is_small(text[end]):
            end -= 1
        word = (text[start:end]).decode("ascii").lower()
        flags |= <long long>(_word_flags.get(word, 0))
        if before and before in _firsts:
            flags |= <long long>(_word_flags.get(before + word, 0))
        before = word
        words.append(word)
        start = end
    if several:
        if in_token:
            keys.append(" ".join(words))
        return flags, " ".join(keys)
    return flags, " ".join(words)


cdef inline bint _hides(xmlAttr* attribute):
    """Tell whether an attribute keeps its element from being shown."""
    if _named(attribute, "style"):
        return hides("style", _value(attribute))
    if _named(attribute, "hidden"):
        return True
    return _named(attribute, "aria-hidden") and hides("aria-hidden", _value(attribute))


cdef void _open_inline(Run run, cetree._Element root, xmlNode* node, str tag, int kind) except *:
    """See ``Run.open_inline``."""
    cdef str href = "", prop = "", rel = ""
    cdef long long flags = TAG_FLAGS.get(tag, 0)
    cdef xmlAttr* attribute = node.properties
    while attribute is not NULL:
        if _named(attribute, "class"):
            flags |= (<tuple>_class_flags(attribute))[0]
        elif _named(attribute, "href"):
            href = _value(attribute)
        elif _named(attribute, "rel"):
            rel = _value(attribute).lower()
        elif _named(attribute, "itemprop"):
            prop = _value(attribute).lower()
        elif _hides(attribute):
            flags |= _HIDDEN
        attribute = attribute.next
    run.open_element(tag, flags, href)
    if kind == TIME:
        run.time(_element(root, node))
    if flags & _HINT_FLAGS or prop in HINT_PROPS or rel in HINT_RELS:
        run.hint(_element(root, node), flags, prop, rel)
