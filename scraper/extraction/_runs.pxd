# What Cython needs to know of runs.py to make fast attributes and calls of it.

cdef class Run:
    cdef public object columns
    cdef public list rows, containers, parts, spans, inline, open
    cdef public object href
    cdef public Py_ssize_t link_start
    cdef public bint breaks

    cpdef open_element(self, tag, flags, href)
    cpdef close_inline(self)
    cpdef line_break(self, tag, container)
    cpdef flush(self, tag, container)
    cpdef _links(self)
