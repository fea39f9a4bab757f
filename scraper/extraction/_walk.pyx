# cython: language_level=3, boundscheck=False, wraparound=True, embedsignature=True
"""The loop of ``walk.fill`` over the nodes of libxml2 itself: an element costs no Python object.

The rules of what is a block, what is skipped and what a class says are those of walk.py and flags.py, and what a run of
inline text becomes is as in runs.py; what is rare (the head, a time) is handed to the same functions
of runs.py, as an element of lxml.
"""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memchr, memcmp, memcpy, memset, strcmp, strlen, strstr
from lxml.includes cimport etreepublic as cetree
from lxml.includes.tree cimport XML_CDATA_SECTION_NODE, XML_ELEMENT_NODE, XML_TEXT_NODE, const_xmlChar, xmlAttr, xmlNode

from scraper.extraction.columns import Picture
from scraper.extraction.flags import BIT, ITEMPROP_FLAGS, MAX_CLASS_CHARS, ROLE_FLAGS, TAG_FLAGS, WORD_FLAGS
from scraper.extraction.flags import class_flags as any_class_flags
from scraper.extraction.runs import (
    BREAK, HEAD_TAGS, HINT_FLAGS, HINT_PROPS, HINT_RELS, IMAGE_TAGS, LINK_RELS, MAX_HINTS, MAX_HINT_CHARS, MAX_PRUNED_PARAGRAPHS, PRUNED_TAGS, SKIPPED_TAGS,
    hides, take_head, width_of
)
from scraper.parse import BLOCK_TAGS

cetree.import_lxml__etree()

assert MAX_CHARS == MAX_CLASS_CHARS
cdef dict _tag_flags = TAG_FLAGS
cdef dict _hint_props = HINT_PROPS
cdef object _hint_rels = HINT_RELS
cdef tuple _link_rels = tuple(LINK_RELS)

# What becomes of an element.
cdef enum:
    INLINE, LINK, TIME, BLOCK, PRUNED, LINE_BREAK, RULE, IMAGE, HEAD, SKIPPED, NOSCRIPT

cdef enum:
    SLOTS = 256  # of the cache of tag names: a page has some 30
    MAX_CLASSES = 32_768
    CLASS_SLOTS = 65_536
    MAX_CLASS_BYTES = 4096  # more is not kept
    MAX_CHARS = 400  # of a class that are read
    NOT_ASKED = -2
    KEY_ROOM = 1600  # a letter each, and at most a space before it
    MOST_WORDS = 2048  # that say something
    WORD_SLOTS = 8192

cdef bytes _break = BREAK.encode()
cdef const char* _BREAK = _break
cdef int _MOST_PARAGRAPHS = MAX_PRUNED_PARAGRAPHS
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
    cdef int numbers[SLOTS]
    cdef long long flags[SLOTS]
    cdef list tags
    cdef dict number_of

    def __cinit__(self):
        cdef int slot
        for slot in range(SLOTS):
            self.names[slot] = NULL
        self.tags = [None] * SLOTS
        self.number_of = {}

    cdef inline int slot_of(self, const_xmlChar* name):
        """Return the place of a tag in ``tags`` and ``kinds``; the next name with the same place takes it over."""
        cdef int slot = <int>((<size_t>name >> 2) ^ (<size_t>name >> 10)) & (SLOTS - 1)
        if self.names[slot] != name:
            self.take(slot, name)
        return slot

    cdef int take(self, int slot, const_xmlChar* name) except -1:
        cdef str tag = _text(name)
        self.names[slot] = name
        self.tags[slot] = tag
        self.kinds[slot] = _kind(tag)
        self.numbers[slot] = self.number_of.setdefault(tag, len(self.number_of))
        self.flags[slot] = _tag_flags.get(tag, 0)
        return 0


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


cdef inline int _white(const unsigned char* char) noexcept:
    """Return how many bytes the white space has that stands here in UTF-8, as ``str.isspace`` knows it; 0 for none."""
    if char[0] < 0x80:
        return char[0] == 32 or 9 <= char[0] <= 13 or 28 <= char[0] <= 31
    if char[0] == 0xC2:
        return 2 if char[1] == 0x85 or char[1] == 0xA0 else 0
    if char[0] == 0xE1:
        return 3 if char[1] == 0x9A and char[2] == 0x80 else 0
    if char[0] == 0xE2:
        if char[1] == 0x80:
            return 3 if 0x80 <= char[2] <= 0x8A or char[2] == 0xA8 or char[2] == 0xA9 or char[2] == 0xAF else 0
        return 3 if char[1] == 0x81 and char[2] == 0x9F else 0
    return 3 if char[0] == 0xE3 and char[1] == 0x80 and char[2] == 0x80 else 0


cdef inline bint _is_white(const unsigned char* char) noexcept:
    """Tell whether a text is white space to its end."""
    cdef int size = _white(char)
    while size:
        char += size
        size = _white(char)
    return char[0] == 0


ctypedef unsigned long long Hash

cdef Hash START = 0xCBF29CE484222325ULL


cdef inline bint _is_plain(unsigned char byte) noexcept:
    return 32 < byte < 0x80


cdef Py_ssize_t _copy_plain(char* folded, const unsigned char* raw, Py_ssize_t size) noexcept:
    """Copy the words in ASCII with a space between them, up to anything else; return how many bytes they are.

    What stands before is a word. Eight bytes at a time, of which the last may be a space that belongs to what follows.
    """
    cdef:
        Py_ssize_t place = 0
        Hash some, spaces
    while size - place >= 8:
        memcpy(&some, raw + place, 8)
        spaces = some ^ 0x2020202020202020ULL
        spaces = ~(((spaces & 0x7F7F7F7F7F7F7F7FULL) + 0x7F7F7F7F7F7F7F7FULL) | spaces) & 0x8080808080808080ULL
        if (some | (some - 0x2020202020202020ULL)) & 0x8080808080808080ULL or spaces & (spaces << 8):
            break
        memcpy(folded + place, &some, 8)
        place += 7 if raw[place + 7] == 32 else 8
    while place < size and (
        _is_plain(raw[place]) or (raw[place] == 32 and place + 1 < size and _is_plain(raw[place + 1]))
    ):
        folded[place] = raw[place]
        place += 1
    return place


cdef inline bint _begins_char(unsigned char byte) noexcept:
    return byte & 0xC0 != 0x80


cdef inline bint _is_small(char code) noexcept:
    return 97 <= code <= 122


cdef inline bint _is_capital(char code) noexcept:
    return 65 <= code <= 90


cdef inline bint _is_letter(char code) noexcept:
    return _is_small(code) or _is_capital(code)


cdef inline bint _is_space(char code) noexcept:
    return code == 32 or 9 <= code <= 13 or 28 <= code <= 31


cdef inline bint _named(xmlAttr* attribute, const char* name) noexcept:
    # Most differ in the first letter, which costs no call.
    return (<const char*>attribute.name)[0] == name[0] and strcmp(<const char*>attribute.name, name) == 0


cdef str _attribute(xmlNode* node, const char* name):
    """Return the value of an element's attribute, "" where it has none."""
    cdef xmlAttr* attribute = node.properties
    while attribute is not NULL:
        if _named(attribute, name):
            return _value(attribute)
        attribute = attribute.next
    return ""


cdef inline bint _may_hold(xmlAttr* attribute, const char* text) noexcept:
    """Tell whether an attribute's value may hold a text."""
    cdef xmlNode* node = attribute.children
    if node is NULL or node.content is NULL:
        return False
    return node.next is not NULL or strstr(<const char*>node.content, text) is not NULL


cdef class _Numbers:
    """A column of numbers, of which no item is a Python object."""

    cdef long long* values
    cdef Py_ssize_t count, room

    def __dealloc__(self):
        free(self.values)

    cdef int append(self, long long value) except -1:
        cdef long long* more
        if self.count == self.room:
            more = <long long*>realloc(self.values, (2 * self.room + 256) * sizeof(long long))
            if more is NULL:
                raise MemoryError
            self.values = more
            self.room = 2 * self.room + 256
        self.values[self.count] = value
        self.count += 1
        return 0

    cdef int give(self, object column) except -1:
        """Put the numbers into an ``array("q")``."""
        if self.count:
            column.frombytes((<char*>self.values)[:self.count * sizeof(long long)])
        return 0


cdef inline Hash _with(Hash hashed, Hash more) noexcept:
    """Add a number to a hash: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/."""
    return (hashed ^ more) * 0x100000001B3ULL


cdef inline Hash _hash(const char* value, Py_ssize_t size) noexcept:
    """Return the hash of a text, eight bytes at a time."""
    cdef:
        Hash hashed = _with(START, <Hash>size), some = 0
    while size >= 8:
        memcpy(&some, value, 8)
        hashed = _with(hashed, some)
        hashed ^= hashed >> 29
        value += 8
        size -= 8
    some = 0
    memcpy(&some, value, size)
    hashed = _with(hashed, some)
    return hashed ^ hashed >> 29


cdef inline Hash _hash_on(Hash hashed, const char* text, Py_ssize_t size) noexcept:
    """Go on with a hash, a byte at a time: that of two texts is the same as that of both in one."""
    cdef Py_ssize_t place
    for place in range(size):
        hashed = _with(hashed, <unsigned char>text[place])
    return hashed


cdef inline int _place(Hash hashed, int places) noexcept:
    return <int>((hashed ^ (hashed >> 32)) & <Hash>(places - 1))


cdef struct _Word:
    Hash hashed
    long long flags
    const char* text
    int size


cdef class _Words:
    """The words of classes that say something, by their bytes."""

    cdef _Word words[MOST_WORDS]
    cdef unsigned short slots[WORD_SLOTS]  # one more than a place in ``words``
    cdef list texts

    def __cinit__(self, dict flags):
        cdef int slot, place = 0
        cdef bytes text
        if len(flags) > MOST_WORDS:
            raise ValueError("more words than there is room for")
        memset(self.slots, 0, sizeof(self.slots))
        self.texts = [word.encode("ascii") for word in flags]
        for text in self.texts:
            self.words[place] = _Word(_hash_on(START, text, len(text)), flags[text.decode()], text, <int>len(text))
            slot = _place(self.words[place].hashed, WORD_SLOTS)
            while self.slots[slot]:
                slot = (slot + 1) & (WORD_SLOTS - 1)
            place += 1
            self.slots[slot] = place

    cdef inline long long flags_of(self, Hash hashed, const char* one, int size, const char* other, int more) noexcept:
        """Return the flags of the word that two parts make; the second may be empty."""
        cdef:
            int slot = _place(hashed, WORD_SLOTS)
            _Word* word
        while self.slots[slot]:
            word = &self.words[self.slots[slot] - 1]
            if (
                word.hashed == hashed
                and word.size == size + more
                and memcmp(word.text, one, size) == 0
                and memcmp(word.text + size, other, more) == 0
            ):
                return word.flags
            slot = (slot + 1) & (WORD_SLOTS - 1)
        return 0


cdef _Words _words = _Words(WORD_FLAGS)


cdef long long _read_class(const char* text, Py_ssize_t size, char* key, int* key_size) noexcept:
    """Return the flags of a class in ASCII, and put down its words as ``flags.class_flags`` joins them."""
    cdef:
        Py_ssize_t start = 0, end, place
        bint several = memchr(text, 32, size) is not NULL, in_token = False, has_token = False
        long long flags = 0
        char* here = key
        char* word
        char* before = NULL
        int before_size = 0
        Hash hashed, before_hash = START
    size = min(size, <Py_ssize_t>MAX_CHARS)
    while start < size:
        if several and _is_space(text[start]):
            in_token = False
            start += 1
            continue
        if not in_token:
            if has_token:
                here[0] = 32
                here += 1
            in_token = has_token = True
            before = NULL
        if not _is_letter(text[start]):
            start += 1
            continue
        end = _word_end(text, start, size)
        if before is not NULL:
            here[0] = 32
            here += 1
        word = here
        for place in range(start, end):
            here[0] = text[place] | 32 if _is_capital(text[place]) else text[place]
            here += 1
        hashed = _hash_on(START, word, end - start)
        flags |= _words.flags_of(hashed, word, <int>(end - start), word, 0)
        if before is not NULL:
            flags |= _words.flags_of(
                _hash_on(before_hash, word, end - start), before, before_size, word, <int>(end - start)
            )
        before, before_size, before_hash = word, <int>(end - start), hashed
        start = end
    key_size[0] = <int>(here - key)
    return flags


cdef inline Py_ssize_t _word_end(const char* text, Py_ssize_t start, Py_ssize_t size) noexcept:
    """Return where a word ends. A run of capitals is one, but its last letter belongs to the small letters after it."""
    cdef Py_ssize_t end = start
    while end < size and _is_capital(text[end]):
        end += 1
    if end == start or (end == start + 1 and end < size and _is_small(text[end])):
        while end < size and _is_small(text[end]):
            end += 1
        if end < size and 48 <= text[end] <= 57:
            end += 1
    elif end < size and _is_small(text[end]):
        end -= 1
    return end


cdef inline bint _is_ascii(const char* text, Py_ssize_t size) noexcept:
    cdef unsigned char bits = 0
    cdef Py_ssize_t place
    for place in range(size):
        bits |= <unsigned char>text[place]
    return bits < 0x80


cdef struct _Class:
    long long flags
    int key  # the number of its words, or NOT_ASKED
    int size  # of its value, which stands behind


cdef class _Classes:
    """What the classes and ids of pages say, by their bytes: nearly all are met again and again.

    All stands in one piece of memory, since a page finds little of it in the processor's cache.
    """

    cdef int slots[CLASS_SLOTS]  # places in ``memory``, 0 for none
    cdef char* memory
    cdef Py_ssize_t used, room
    cdef int count
    cdef dict number_of  # words

    def __cinit__(self):
        self.clear()

    def __dealloc__(self):
        free(self.memory)

    cdef int clear(self) except -1:
        memset(self.slots, 0, sizeof(self.slots))
        self.used = sizeof(_Class)  # the first is for a value that finds no room
        self.count = 0
        self.number_of = {b"": 0}
        return 0

    cdef int make_room(self) except -1:
        """Forget all where there is no more room. Not during a walk: its numbers would change."""
        if self.count == MAX_CLASSES:
            self.clear()
        return 0

    cdef _Class* of(self, xmlAttr* attribute) except NULL:
        """Return what an attribute says; to be read before the next is asked for."""
        cdef:
            xmlNode* node = attribute.children
            bytes pieces
        if node is NULL:
            return self.of_value(b"")
        if node.next is NULL and node.content is not NULL:
            return self.of_value(<const char*>node.content)
        pieces = _value(attribute).encode()
        return self.of_value(pieces)

    cdef _Class* of_value(self, const char* value) except NULL:
        cdef:
            int size = <int>strlen(value), slot = _place(_hash(value, size), CLASS_SLOTS)
            _Class* known
        while self.slots[slot]:
            known = <_Class*>(self.memory + self.slots[slot])
            if known.size == size and memcmp(<char*>(known + 1), value, size) == 0:
                return known
            slot = (slot + 1) & (CLASS_SLOTS - 1)
        return self.add(slot, value, size)

    cdef _Class* add(self, int slot, const char* value, int size) except NULL:
        cdef:
            Py_ssize_t needed = (sizeof(_Class) + size + 7) & ~7
            char* more
            _Class* made
        if self.used + needed > self.room:
            more = <char*>realloc(self.memory, 2 * (self.used + needed))
            if more is NULL:
                raise MemoryError
            self.memory, self.room = more, 2 * (self.used + needed)
        if self.count < MAX_CLASSES and size <= MAX_CLASS_BYTES:
            made = <_Class*>(self.memory + self.used)
            self.slots[slot] = <int>self.used
            self.used += needed
            self.count += 1
            memcpy(<char*>(made + 1), value, size)
            made.key = NOT_ASKED
        else:
            made = <_Class*>self.memory
            made.key = self.read(value, size, &made.flags, True)
        self.read(value, size, &made.flags, False)
        made.size = size
        return made

    cdef int key_of(self, _Class* known) except -1:
        """Return the number of a class's words. Only containers ask for it: most classes, and all ids, never."""
        if known.key == NOT_ASKED:
            known.key = self.read(<char*>(known + 1), known.size, &known.flags, True)
        return known.key

    cdef int read(self, const char* value, int size, long long* flags, bint numbered) except -1:
        """Put down the flags of a class; return the number of its words if it is wanted."""
        cdef:
            char key[KEY_ROOM]
            int key_size = 0
            bytes words
        if _is_ascii(value, size):
            flags[0] = _read_class(value, size, key, &key_size)
            if not numbered:
                return 0
            words = key[:key_size]
        else:
            flags[0], text = any_class_flags(PyUnicode_DecodeUTF8(value, size, "replace"))
            words = text.encode()
        return self.number_of.setdefault(words, len(self.number_of))


cdef _Classes _classes = _Classes()


cdef class _Signatures:
    """Numbers of paths of tags and classes, each told by the path above, the tag and the key of the class."""

    cdef _Numbers above, tags, keys
    cdef int* slots  # one more than a number
    cdef int size

    def __cinit__(self):
        self.above, self.tags, self.keys = _Numbers(), _Numbers(), _Numbers()
        self.grow(1024)

    def __dealloc__(self):
        free(self.slots)

    cdef int grow(self, int size) except -1:
        cdef int number
        free(self.slots)
        self.slots = <int*>calloc(size, sizeof(int))
        if self.slots is NULL:
            raise MemoryError
        self.size = size
        for number in range(<int>self.above.count):
            self.slots[self.slot_of(self.above.values[number], self.tags.values[number], self.keys.values[number])] = (
                number + 1
            )
        return 0

    cdef int slot_of(self, long long above, long long tag, long long key) noexcept:
        cdef:
            int slot = _place(_with(_with(_with(START, above), tag), key), self.size)
            int number
        while self.slots[slot]:
            number = self.slots[slot] - 1
            if self.above.values[number] == above and self.tags.values[number] == tag and self.keys.values[number] == key:
                break
            slot = (slot + 1) & (self.size - 1)
        return slot

    cdef int number_of(self, int above, int tag, int key) except -1:
        cdef int slot = self.slot_of(above, tag, key)
        if not self.slots[slot]:
            self.above.append(above)
            self.tags.append(tag)
            self.keys.append(key)
            self.slots[slot] = <int>self.above.count
            if 2 * self.above.count > self.size:
                self.grow(2 * self.size)
                return <int>self.above.count - 1
        return self.slots[slot] - 1


cdef struct _Part:
    long long flags  # of an inline element
    Py_ssize_t start, end
    int href  # the number of a link's address


cdef class _Parts:
    """Inline elements or links, as parts of a text."""

    cdef _Part* items
    cdef Py_ssize_t count, room

    def __dealloc__(self):
        free(self.items)

    cdef int append(self, long long flags, Py_ssize_t start, Py_ssize_t end, int href) except -1:
        cdef _Part* more
        if self.count == self.room:
            more = <_Part*>realloc(self.items, (2 * self.room + 16) * sizeof(_Part))
            if more is NULL:
                raise MemoryError
            self.items = more
            self.room = 2 * self.room + 16
        self.items[self.count] = _Part(flags, start, end, href)
        self.count += 1
        return 0


cdef class _Text:
    """The inline text between two block boundaries, as UTF-8 in one piece: see ``runs.Run``, whose parts are places here."""

    cdef char* raw
    cdef char* folded
    cdef Py_ssize_t size, room, after_break, link_start
    cdef bint breaks
    cdef _Parts spans, inline, open
    cdef list hrefs
    cdef int href  # its number; 0 for none
    cdef list texts, links, tags  # columns of blocks, as are the next
    cdef _Numbers link_chars, flags, containers

    def __cinit__(self, object columns):
        self.texts, self.links, self.tags = columns.text, columns.links, columns.tag
        self.link_chars, self.flags, self.containers = _Numbers(), _Numbers(), _Numbers()
        self.spans, self.inline, self.open = _Parts(), _Parts(), _Parts()
        self.hrefs = [""]

    def __dealloc__(self):
        free(self.raw)
        free(self.folded)

    cdef int add(self, const char* text, Py_ssize_t length) except -1:
        """Add a text."""
        cdef char* more
        if self.size + length >= self.room:
            self.room = 2 * (self.size + length) + 1024
            more = <char*>realloc(self.raw, self.room)
            if more is NULL:
                raise MemoryError
            self.raw = more
            more = <char*>realloc(self.folded, self.room)
            if more is NULL:
                raise MemoryError
            self.folded = more
        memcpy(self.raw + self.size, text, length)
        self.size += length
        self.raw[self.size] = 0
        return 0

    cdef int open_element(self, int kind, long long flags, str href) except -1:
        self.open.append(flags, self.size, 0, self.href)
        if kind == LINK and href:
            if self.href:
                self.spans.append(0, self.link_start, self.size, self.href)
            self.href = <int>len(self.hrefs)
            self.hrefs.append(href)
            self.link_start = self.size
        return 0

    cdef int close_inline(self) except -1:
        cdef _Part opened
        self.open.count -= 1
        opened = self.open.items[self.open.count]
        if opened.start < self.size and opened.flags:
            self.inline.append(opened.flags, opened.start, self.size, 0)
        if opened.href != self.href and self.hrefs[opened.href] != self.hrefs[self.href]:
            if self.link_start < self.size:
                self.spans.append(0, self.link_start, self.size, self.href)
            self.href = opened.href
            self.link_start = self.size
        return 0

    cdef int line_break(self, str tag, int container) except -1:
        if not self.size:
            return 0
        if self.after_break and _is_white(<unsigned char*>self.raw + self.after_break):
            return self.flush(tag, container)
        self.add(_BREAK, 1)
        self.after_break = self.size
        self.breaks = True
        return 0

    cdef int flush(self, str tag, int container) except -1:
        """End the block; one of white space leaves nothing."""
        cdef:
            list links = None
            Py_ssize_t length = 0, link_chars = 0, bytes_, place
            long long flags
            str text
        if self.href and self.link_start < self.size:
            self.spans.append(0, self.link_start, self.size, self.href)
        if self.spans.count:
            links = []
        bytes_ = self.fold(links, &length, &link_chars)
        if bytes_:
            flags = self.held(self.inline, False, length, 0)
            flags = self.held(self.open, True, length, flags)
            if tag == "pre":
                text = PyUnicode_DecodeUTF8(self.raw, self.size, "replace")
                text = text.replace(BREAK, "\n").strip("\n").rstrip()
            else:
                text = PyUnicode_DecodeUTF8(self.folded, bytes_, "replace")
            self.texts.append(text)
            self.links.append(links or None)
            self.tags.append(tag)
            self.link_chars.append(link_chars)
            self.flags.append(flags)
            self.containers.append(container)
        self.breaks = False
        self.size = self.link_start = self.after_break = 0
        self.spans.count = self.inline.count = 0
        for place in range(self.open.count):  # an inline element that goes on in the next block starts there anew
            self.open.items[place].start = 0
        return 0

    cdef long long held(self, _Parts parts, bint to_end, Py_ssize_t length, long long flags) noexcept:
        """Add the flags of the elements that hold most of the block's text."""
        cdef:
            Py_ssize_t place
            _Part* part
        for place in range(parts.count):
            part = &parts.items[place]
            if part.flags & ~flags and 2 * self.shown(part.start, self.size if to_end else part.end) > length:
                flags |= part.flags
        return flags

    cdef Py_ssize_t fold(self, list links, Py_ssize_t* length, Py_ssize_t* link_chars) except -1:
        """Fold white space as a browser shows it; return the bytes, and find the links in the characters."""
        cdef:
            const unsigned char* raw = <const unsigned char*>self.raw
            char* folded = self.folded
            Py_ssize_t place = 0, end = 0, chars = 0, count = self.spans.count, span = 0
            Py_ssize_t edge = self.size + 1, first = -1, last = -1, size
            int white, gap = 0, breaks = 0  # white space, and line breaks, since the last word
            bint linked = False
            _Part* here = self.spans.items
        if count:
            edge = here.start
        while place <= self.size:
            while place >= edge:  # a link begins or ends
                linked = not linked
                if linked:
                    first = -1
                    edge = here.end
                    continue
                if first >= 0:
                    links.append((first, last, self.hrefs[here.href]))
                    link_chars[0] += last - first
                span += 1
                if span < count:
                    here += 1
                    edge = here.start
                else:
                    edge = self.size + 1
            if place == self.size:
                break
            if self.breaks and raw[place] == _BREAK[0]:
                breaks += 1
                place += 1
                continue
            white = _white(raw + place)
            if white:
                gap = 1
                place += white
                continue
            if gap or breaks:
                if end:
                    if not breaks:
                        folded[end] = 32
                        end += 1
                        chars += 1
                    while breaks:
                        folded[end] = 10
                        end += 1
                        chars += 1
                        breaks -= 1
                gap = breaks = 0
            if linked and first < 0:
                first = chars
            while True:  # a character
                folded[end] = raw[place]
                end += 1
                place += 1
                if _begins_char(raw[place]):
                    break
            size = _copy_plain(folded + end, raw + place, min(edge, self.size) - place)  # most of the others
            place += size
            end += size
            chars += 1 + size
            if linked:
                last = chars
        length[0] = chars
        return end

    cdef Py_ssize_t shown(self, Py_ssize_t place, Py_ssize_t end) noexcept:
        """Return how many characters a part has without the white space round it."""
        cdef:
            const unsigned char* raw = <const unsigned char*>self.raw
            Py_ssize_t chars = 0, last = 0
            int white
        while place < end:
            white = _white(raw + place)
            if white:
                place += white
                chars += chars > 0
                continue
            place += 1
            while not _begins_char(raw[place]):
                place += 1
            chars += 1
            last = chars
        return last


cdef struct _OpenElement:
    int kind  # BLOCK, INLINE, or LINK for every inline element that changes the run
    int container, signature  # round a block


cdef class _Opened:
    """The open elements, the innermost last."""

    cdef _OpenElement* elements
    cdef Py_ssize_t count, room

    def __dealloc__(self):
        free(self.elements)

    cdef int push(self, int kind, int container, int signature) except -1:
        cdef _OpenElement* more
        if self.count == self.room:
            more = <_OpenElement*>realloc(self.elements, (2 * self.room + 64) * sizeof(_OpenElement))
            if more is NULL:
                raise MemoryError
            self.elements = more
            self.room = 2 * self.room + 64
        self.elements[self.count] = _OpenElement(kind, container, signature)
        self.count += 1
        return 0

    cdef inline _OpenElement pop(self) noexcept:
        self.count -= 1
        return self.elements[self.count]

    cdef inline int kind(self) noexcept:
        """Return the kind of the innermost, BLOCK where there is none."""
        return self.elements[self.count - 1].kind if self.count else BLOCK


cdef bint _holds_article(xmlNode* top) noexcept:
    """See ``runs.holds_article``."""
    cdef xmlNode* node = top.children
    cdef const char* name
    cdef int paragraphs = 0
    while node is not NULL:
        if node.type == XML_ELEMENT_NODE:
            name = <const char*>node.name
            if strcmp(name, "p") == 0:
                paragraphs += 1
                if paragraphs > _MOST_PARAGRAPHS:
                    return True
            elif strcmp(name, "h1") == 0 or strcmp(name, "article") == 0:
                return True
            if node.children is not NULL:
                node = node.children
                continue
        while node.next is NULL:
            node = node.parent
            if node is top:
                return False
        node = node.next
    return False


cdef int _take_head(object columns, cetree._Element root, xmlNode* node, str tag) except -1:
    """See ``runs.take_head``."""
    cdef:
        str content, name, rel
        dict attributes
        xmlAttr* attribute = node.properties
    if tag == "meta":
        content = _attribute(node, "content") or _attribute(node, "value")
        if content:
            name = _attribute(node, "property") or _attribute(node, "name") or _attribute(node, "itemprop")
            name = name or _attribute(node, "http-equiv")
            if name:
                columns.metas.append((name.lower(), content))
    elif tag == "link":
        rel = _attribute(node, "rel").lower()
        for name in _link_rels:
            if name in rel:
                attributes = {}
                while attribute is not NULL:
                    attributes[_text(attribute.name)] = _value(attribute)
                    attribute = attribute.next
                columns.head_links.append(attributes)
                break
    elif tag != "script" or "json" in _attribute(node, "type"):
        take_head(columns, _element(root, node), tag)
    return 0


cdef int _take_picture(list pictures, Py_ssize_t block, xmlNode* node, int container) except -1:
    """See ``Run.picture``."""
    cdef str url = _attribute(node, "src")
    if not url or url.startswith("data:"):
        url = _attribute(node, "data-src") or _attribute(node, "data-original") or _attribute(node, "data-lazy-src")
    if url:
        pictures.append(Picture(block, container, url, width_of(_attribute(node, "width"))))
    return 0


cdef int _take_hint(object run, xmlNode* node, _Text spare, long long flags, str prop, str rel) except -1:
    """See ``Run.hint``."""
    cdef str value
    if len(run.columns.hints) < MAX_HINTS:
        value = _attribute(node, "content") or _attribute(node, "datetime") or _attribute(node, "href")
        run.add_hint(_short_text(node, spare), value, flags, prop, rel)
    return 0


cdef str _short_text(xmlNode* top, _Text text):
    """See ``runs.short_text``; ``text`` is there for its white space, and makes no block."""
    cdef:
        xmlNode* node = top.children
        Py_ssize_t size = 0, start, unused = 0, bytes_
    text.size = 0
    while node is not NULL:
        if node.type == XML_ELEMENT_NODE:
            if node.children is not NULL:
                node = node.children
                continue
        elif (node.type == XML_TEXT_NODE or node.type == XML_CDATA_SECTION_NODE) and node.content is not NULL:
            start = text.size
            text.add(<const char*>node.content, strlen(<const char*>node.content))
            size += text.shown(start, text.size)
            if size > MAX_HINT_CHARS:
                return None
            text.add(" ", 1)
        while node.next is NULL:
            node = node.parent
            if node is top:
                node = NULL
                break
        if node is not NULL:
            node = node.next
    bytes_ = text.fold(None, &unused, &unused) if text.size else 0
    return PyUnicode_DecodeUTF8(text.folded, bytes_, "replace") if bytes_ else ""


def fill(object run, cetree._Element root, bint prune):
    """See ``walk.fill``."""
    cdef:
        object columns = run.columns
        list blocks = columns.text, tags_of = columns.c_tag
        _Numbers parents = _Numbers(), all_flags = _Numbers(), first = _Numbers(), last = _Numbers()
        _Numbers ends = _Numbers(), all_signatures = _Numbers()
        _Opened opened = _Opened()
        _Text text = _Text(columns), spare = _Text(columns)
        _Signatures signatures = _Signatures()
        int container = -1, signature = -1, found, kind, slot, key
        str block_tag = "html", tag, prop
        long long flags
        _Class* said
        bint changes
        _OpenElement closed
        _Tags tags = _Tags()
        xmlNode* top = root._c_node
        xmlNode* node = top
        xmlNode* child
        xmlAttr* attribute
    _classes.make_room()
    while True:
        # ``node`` is new here. Its children are next if it is left with ``child`` set.
        child = NULL
        if node.type == XML_ELEMENT_NODE:
            slot = tags.slot_of(node.name)
            kind, tag = tags.kinds[slot], <str>tags.tags[slot]
            if kind == BLOCK or kind == PRUNED:
                if text.size:
                    text.flush(block_tag, container)
                if kind == BLOCK or not prune or _holds_article(node):
                    flags = tags.flags[slot]
                    key = 0
                    if node.properties is not NULL:
                        prop = ""
                        attribute = node.properties
                        while attribute is not NULL:
                            if _named(attribute, "class"):
                                said = _classes.of(attribute)
                                flags |= said.flags
                                key = _classes.key_of(said)
                            elif _named(attribute, "id"):
                                flags |= _classes.of(attribute).flags
                            elif _named(attribute, "itemprop"):
                                prop = _value(attribute).lower()
                                flags |= ITEMPROP_FLAGS.get(prop, 0)
                            elif _named(attribute, "role"):
                                flags |= ROLE_FLAGS.get(_value(attribute), 0)
                            elif _hides(attribute):
                                flags |= _HIDDEN
                            attribute = attribute.next
                        if flags & _HINT_FLAGS or (prop and prop in _hint_props):
                            _take_hint(run, node, spare, flags, prop, "")
                    found = signatures.number_of(signature, tags.numbers[slot], key)
                    tags_of.append(tag)
                    parents.append(container)
                    all_flags.append(flags)
                    first.append(len(blocks))
                    last.append(len(blocks))
                    ends.append(parents.count)
                    all_signatures.append(found)
                    child = node.children
                    if child is not NULL:
                        opened.push(BLOCK, container, signature)
                        container, signature, block_tag = <int>parents.count - 1, found, tag
            elif kind == INLINE or kind == LINK or kind == TIME or (kind == NOSCRIPT and not prune):
                changes = kind == LINK or node.properties is not NULL
                if changes:
                    _open_inline(run, text, spare, root, node, tags.flags[slot], kind)
                child = node.children
                if child is not NULL:
                    opened.push(LINK if changes else INLINE, 0, 0)
                elif changes:
                    text.close_inline()
            elif kind == LINE_BREAK:
                text.line_break(block_tag, container)
            elif kind == RULE:
                if text.size:
                    text.flush(block_tag, container)
            elif kind == IMAGE:
                _take_picture(columns.pictures, len(blocks), node, container)
            elif kind == HEAD:
                _take_head(columns, root, node, tag)
        elif (node.type == XML_TEXT_NODE or node.type == XML_CDATA_SECTION_NODE) and node.content is not NULL:
            # White space is text only where it is between words, or where an inline element begins with it.
            if node.content[0] and (
                text.size or not _is_white(node.content) or (node.prev is NULL and opened.kind() != BLOCK)
            ):
                text.add(<const char*>node.content, strlen(<const char*>node.content))
        if child is not NULL:
            node = child
            continue
        while node.next is NULL or node is top:
            if node is top:
                if text.size:
                    text.flush(block_tag, container)
                text.link_chars.give(columns.link_chars)
                text.flags.give(columns.flags)
                text.containers.give(columns.container)
                parents.give(columns.c_parent)
                all_flags.give(columns.c_flags)
                first.give(columns.c_first)
                last.give(columns.c_last)
                ends.give(columns.c_end)
                all_signatures.give(columns.c_signature)
                return
            node = node.parent
            closed = opened.pop()
            if closed.kind == BLOCK:
                if text.size:
                    text.flush(block_tag, container)
                last.values[container] = len(blocks)
                ends.values[container] = parents.count
                container, signature = closed.container, closed.signature
                block_tag = <str>tags_of[container] if container >= 0 else "html"
            elif closed.kind == LINK:
                text.close_inline()
        node = node.next


cdef inline object _element(cetree._Element root, xmlNode* node):
    return cetree.elementFactory(root._doc, node)


def class_flags(str value):
    """See ``flags.class_flags``."""
    cdef:
        char key[KEY_ROOM]
        int size = 0
        bytes encoded = value.encode("utf-8", "replace")
        long long flags
    if not value.isascii():
        return any_class_flags(value)
    flags = _read_class(encoded, len(encoded), key, &size)
    return flags, key[:size].decode("ascii")


cdef inline bint _hides(xmlAttr* attribute):
    """Tell whether an attribute keeps its element from being shown."""
    if _named(attribute, "style"):
        return _may_hold(attribute, "display") and hides("style", _value(attribute))
    if _named(attribute, "hidden"):
        return True
    return _named(attribute, "aria-hidden") and hides("aria-hidden", _value(attribute))


cdef int _open_inline(
    object run, _Text text, _Text spare, cetree._Element root, xmlNode* node, long long flags, int kind
) except -1:
    """See ``Run.open_inline``; ``flags`` are those of the tag."""
    cdef str href = "", prop = "", rel = ""
    cdef xmlAttr* attribute = node.properties
    while attribute is not NULL:
        if _named(attribute, "class"):
            flags |= _classes.of(attribute).flags
        elif _named(attribute, "href"):
            href = _value(attribute)
        elif _named(attribute, "rel"):
            rel = _value(attribute).lower()
        elif _named(attribute, "itemprop"):
            prop = _value(attribute).lower()
        elif _hides(attribute):
            flags |= _HIDDEN
        attribute = attribute.next
    text.open_element(kind, flags, href)
    if kind == TIME:
        run.time(_element(root, node))
    if flags & _HINT_FLAGS or (prop and prop in _hint_props) or (rel and rel in _hint_rels):
        _take_hint(run, node, spare, flags, prop, rel)
    return 0
