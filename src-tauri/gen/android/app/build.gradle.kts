import java.util.Properties
import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
    id("rust")
}

val tauriProperties = Properties().apply {
    val file = file("tauri.properties")
    if (file.exists()) file.inputStream().use { load(it) }
}

android {
    compileSdk = 36
    namespace = "app.latchkey.desktop"
    defaultConfig {
        applicationId = "app.latchkey.desktop"
        minSdk = 26
        targetSdk = 36
        versionCode = tauriProperties.getProperty("tauri.android.versionCode", "1").toInt()
        versionName = tauriProperties.getProperty("tauri.android.versionName", "1.0")
    }
    buildTypes {
        getByName("debug") {
            isJniDebuggable = true
            packaging { jniLibs.keepDebugSymbols.add("*/*/*.so") }
        }
        getByName("release") {
            optimization { enable = true }
            proguardFiles(*fileTree(".") { include("**/*.pro"); exclude("build/**") }.files.toTypedArray())
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
    buildFeatures { buildConfig = true }
    // A list of what is in it, encrypted for the one store that reads it, is nothing that anybody else can check.
    dependenciesInfo {
        includeInApk = false
        includeInBundle = false
    }
}

kotlin { compilerOptions { jvmTarget = JvmTarget.JVM_1_8 } }

rust { rootDirRel = "../../../" }

// What the window of Tauri itself takes, and nothing of ours: notifications, push, jobs and the lock are the system's own.
dependencies {
    implementation("androidx.webkit:webkit:1.14.0")
    implementation("androidx.appcompat:appcompat:1.7.1")
    implementation("androidx.activity:activity-ktx:1.10.1")
    implementation("androidx.lifecycle:lifecycle-process:2.10.0")
}

apply(from = file("tauri.build.gradle.kts"))
