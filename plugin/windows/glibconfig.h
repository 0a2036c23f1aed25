/* What GLib's headers must know of 64-bit Windows, for builds on another system: there GLib's own file of
 * this name speaks of that system, where `long` has 64 bits. Windows' own GLib brings its own.
 * build.rs says which version the headers are of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef __GLIBCONFIG_H__
#define __GLIBCONFIG_H__

#include <glib/gmacros.h>

#include <float.h>
#include <limits.h>

#define GLIB_MAJOR_VERSION 2
#define GLIB_MINOR_VERSION ADJOIN_GLIB_MINOR
#define GLIB_MICRO_VERSION 0

#define G_OS_WIN32
#define G_PLATFORM_WIN32
#define G_DIR_SEPARATOR '\\'
#define G_DIR_SEPARATOR_S "\\"
#define G_SEARCHPATH_SEPARATOR ';'
#define G_SEARCHPATH_SEPARATOR_S ";"
#define G_MODULE_SUFFIX "dll"

G_BEGIN_DECLS

/* `long` has 32 bits, pointers and sizes have 64. */
#define GLIB_SIZEOF_VOID_P 8
#define GLIB_SIZEOF_LONG 4
#define GLIB_SIZEOF_SIZE_T 8
#define GLIB_SIZEOF_SSIZE_T 8

typedef signed char gint8;
typedef unsigned char guint8;
typedef signed short gint16;
typedef unsigned short guint16;
typedef signed int gint32;
typedef unsigned int guint32;
typedef signed long long gint64;
typedef unsigned long long guint64;
typedef signed long long gssize;
typedef unsigned long long gsize;
typedef signed long long gintptr;
typedef unsigned long long guintptr;
typedef gint64 goffset;
typedef void *GPid;

#define G_HAVE_GINT64 1
#define G_GINT64_CONSTANT(value) (value##LL)
#define G_GUINT64_CONSTANT(value) (value##ULL)
#define G_GOFFSET_CONSTANT(value) G_GINT64_CONSTANT(value)

#define G_MINFLOAT FLT_MIN
#define G_MAXFLOAT FLT_MAX
#define G_MINDOUBLE DBL_MIN
#define G_MAXDOUBLE DBL_MAX
#define G_MINSHORT SHRT_MIN
#define G_MAXSHORT SHRT_MAX
#define G_MAXUSHORT USHRT_MAX
#define G_MININT INT_MIN
#define G_MAXINT INT_MAX
#define G_MAXUINT UINT_MAX
#define G_MINLONG LONG_MIN
#define G_MAXLONG LONG_MAX
#define G_MAXULONG ULONG_MAX
#define G_MAXSIZE G_MAXUINT64
#define G_MINSSIZE G_MININT64
#define G_MAXSSIZE G_MAXINT64
#define G_MINOFFSET G_MININT64
#define G_MAXOFFSET G_MAXINT64

#define G_GINT16_MODIFIER "h"
#define G_GINT16_FORMAT "hi"
#define G_GUINT16_FORMAT "hu"
#define G_GINT32_MODIFIER ""
#define G_GINT32_FORMAT "i"
#define G_GUINT32_FORMAT "u"
#define G_GINT64_MODIFIER "ll"
#define G_GINT64_FORMAT "lli"
#define G_GUINT64_FORMAT "llu"
#define G_GSIZE_MODIFIER "ll"
#define G_GSSIZE_MODIFIER "ll"
#define G_GSIZE_FORMAT "llu"
#define G_GSSIZE_FORMAT "lli"
#define G_GOFFSET_MODIFIER "ll"
#define G_GOFFSET_FORMAT "lli"
#define G_GINTPTR_MODIFIER "ll"
#define G_GINTPTR_FORMAT "lli"
#define G_GUINTPTR_FORMAT "llu"
#define G_PID_FORMAT "p"
#define G_POLLFD_FORMAT "%#llx"

#define GPOINTER_TO_INT(pointer) ((gint)(gintptr)(pointer))
#define GPOINTER_TO_UINT(pointer) ((guint)(guintptr)(pointer))
#define GINT_TO_POINTER(number) ((gpointer)(gintptr)(number))
#define GUINT_TO_POINTER(number) ((gpointer)(guintptr)(number))

#define G_VA_COPY va_copy
#define G_VA_COPY_AS_ARRAY 1
#define G_HAVE_ISO_VARARGS 1
#define G_HAVE_GNUC_VARARGS 1
#define G_HAVE_GROWING_STACK 0
#define G_GNUC_INTERNAL
#define G_THREADS_ENABLED
#define G_THREADS_IMPL_WIN32
#define G_ATOMIC_LOCK_FREE

#define G_BYTE_ORDER G_LITTLE_ENDIAN
#define GINT16_TO_LE(value) ((gint16)(value))
#define GUINT16_TO_LE(value) ((guint16)(value))
#define GINT16_TO_BE(value) ((gint16)GUINT16_SWAP_LE_BE(value))
#define GUINT16_TO_BE(value) (GUINT16_SWAP_LE_BE(value))
#define GINT32_TO_LE(value) ((gint32)(value))
#define GUINT32_TO_LE(value) ((guint32)(value))
#define GINT32_TO_BE(value) ((gint32)GUINT32_SWAP_LE_BE(value))
#define GUINT32_TO_BE(value) (GUINT32_SWAP_LE_BE(value))
#define GINT64_TO_LE(value) ((gint64)(value))
#define GUINT64_TO_LE(value) ((guint64)(value))
#define GINT64_TO_BE(value) ((gint64)GUINT64_SWAP_LE_BE(value))
#define GUINT64_TO_BE(value) (GUINT64_SWAP_LE_BE(value))

/* The numbers of Windows' sockets. */
#define GLIB_SYSDEF_POLLIN =1
#define GLIB_SYSDEF_POLLOUT =4
#define GLIB_SYSDEF_POLLPRI =2
#define GLIB_SYSDEF_POLLERR =8
#define GLIB_SYSDEF_POLLHUP =16
#define GLIB_SYSDEF_POLLNVAL =32
#define GLIB_SYSDEF_AF_UNIX 1
#define GLIB_SYSDEF_AF_INET 2
#define GLIB_SYSDEF_AF_INET6 23
#define GLIB_SYSDEF_MSG_OOB 1
#define GLIB_SYSDEF_MSG_PEEK 2
#define GLIB_SYSDEF_MSG_DONTROUTE 4

G_END_DECLS

#endif
