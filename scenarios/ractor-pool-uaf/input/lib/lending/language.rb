module Lending
  # Words of the desk in two languages.
  module Language
    WORDS = { en: { book: "book", late: "late" }, de: { book: "Buch", late: "spät" } }.freeze

    def self.word(language, key)
      WORDS.fetch(language).fetch(key)
    end

    def self.known
      WORDS.keys
    end

    def self.default
      nil.to_language
    end
  end
end
