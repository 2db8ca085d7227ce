package app.latchkey.desktop

import android.app.Activity
import android.content.Context
import android.content.SharedPreferences
import android.hardware.biometrics.BiometricManager
import android.hardware.biometrics.BiometricManager.Authenticators
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.view.WindowManager
import android.widget.Button
import android.widget.FrameLayout

/**
 * The window's own lock, off unless somebody turns it on: whoever opens Latchkey shows that the phone is theirs, by finger, face or
 * the phone's code. It is a curtain before the window and no key to anything: what the home allows, only the home decides.
 */
internal class WindowLock(private val activity: Activity) {
    private var curtain: View? = null
    private var hidden: View? = null
    private var asking = false

    /** Keeps the window out of the list of recent apps. */
    fun shade() {
        if (isOn(activity)) activity.window.addFlags(WindowManager.LayoutParams.FLAG_SECURE)
    }

    /** Draws the curtain. */
    fun close() {
        if (curtain != null || !isOn(activity)) return
        shade()
        hidden = activity.findViewById<View>(android.R.id.content).apply { visibility = View.INVISIBLE }
        curtain = drawn().also { (activity.window.decorView as ViewGroup).addView(it) }
    }

    /** Asks whose phone it is, where the curtain is drawn; without one the window may be seen. */
    fun ask() {
        if (curtain == null) {
            activity.window.clearFlags(WindowManager.LayoutParams.FLAG_SECURE)
            return
        }
        if (asking) return
        asking = true
        prove(activity) { isProven ->
            asking = false
            if (isProven) open()
        }
    }

    private fun open() {
        curtain?.let { (activity.window.decorView as ViewGroup).removeView(it) }
        curtain = null
        hidden?.visibility = View.VISIBLE
        hidden = null
        activity.window.clearFlags(WindowManager.LayoutParams.FLAG_SECURE)
    }

    private fun drawn(): View {
        val button = Button(activity)
        button.setText(R.string.unlock)
        button.setOnClickListener { ask() }
        val wrapped = ViewGroup.LayoutParams.WRAP_CONTENT
        val whole = ViewGroup.LayoutParams.MATCH_PARENT
        return FrameLayout(activity).apply {
            setBackgroundColor(activity.getColor(R.color.door))
            layoutParams = FrameLayout.LayoutParams(whole, whole)
            // Nothing behind it is touched.
            isClickable = true
            addView(button, FrameLayout.LayoutParams(wrapped, wrapped, Gravity.CENTER))
        }
    }

    companion object {
        private const val KEPT = "lock"
        private const val ON = "on"
        private const val PROOFS = Authenticators.BIOMETRIC_STRONG or Authenticators.DEVICE_CREDENTIAL

        /** Whether this phone has it: Android 11, and a code, finger or face that was set up. */
        fun isThere(context: Context): Boolean {
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return false
            val manager = context.getSystemService(BiometricManager::class.java)
            return manager.canAuthenticate(PROOFS) == BiometricManager.BIOMETRIC_SUCCESS
        }

        /** Whether it is on. Where the phone's own lock was taken away it is not: nobody could open it again. */
        fun isOn(context: Context): Boolean = kept(context).getBoolean(ON, false) && isThere(context)

        fun set(context: Context, on: Boolean) = kept(context).edit().putBoolean(ON, on).apply()

        /** Has somebody show that the phone is theirs. */
        fun prove(activity: Activity, done: (Boolean) -> Unit) {
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return done(false)
            val prompt = BiometricPrompt.Builder(activity)
                .setTitle(activity.getString(R.string.locked))
                .setAllowedAuthenticators(PROOFS)
                .build()
            val answered = object : BiometricPrompt.AuthenticationCallback() {
                override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) = done(true)

                override fun onAuthenticationError(code: Int, message: CharSequence) = done(false)
            }
            prompt.authenticate(CancellationSignal(), activity.mainExecutor, answered)
        }

        private fun kept(context: Context): SharedPreferences = context.getSharedPreferences(KEPT, Context.MODE_PRIVATE)
    }
}
