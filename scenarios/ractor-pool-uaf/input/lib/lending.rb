require_relative "lending/catalogue"
require_relative "lending/desk"

# A small library's lending desk. Some files hold a mistake on purpose, so that a check of them has something to say.
module Lending
  VERSION = "1.4.0"

  def self.version_parts
    VERSION.split(".").map { |part| part.to_i }
  end
end
