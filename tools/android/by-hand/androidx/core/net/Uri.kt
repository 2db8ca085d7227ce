// Of androidx.core:core-ktx.
package androidx.core.net

import android.net.Uri
import java.io.File

inline fun String.toUri(): Uri = Uri.parse(this)

inline fun File.toUri(): Uri = Uri.fromFile(this)
